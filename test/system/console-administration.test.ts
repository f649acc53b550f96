import assert from 'node:assert/strict';
import { ADMIN, invitationFor } from '../support/administrator.ts';
import { testService } from '../support/service.ts';
import { testPages } from '../support/watched-page.ts';

describe('The console of administrators', function () {
  this.timeout(120_000);
  const service = testService({ ADMIN_EMAILS: ADMIN, REGISTRATION: 'invite' });
  const browser = testPages();

  it('takes an invitation from its link, and manages users, groups and invitations', async () => {
    const page = await browser.open(`${service.url()}/?invitation=${await invitationFor(service, ADMIN)}`);
    await page.getByText('You have an invitation').waitFor();
    await page.locator('input[name=user]').fill('root');
    await page.locator('input[name=email]').fill(ADMIN);
    await page.locator('input[name=password]').fill('correct horse');
    await page.locator('dialog form button.main').click();
    await page.getByRole('link', { name: 'root' }).click();
    assert.equal(new URL(page.url()).search, '');
    await page.getByRole('link', { name: 'Administration' }).click();

    await page.getByText('Groups', { exact: true }).click();
    await page.getByLabel('Name of the group').fill('students');
    await page.getByLabel('Largest file in MB').fill('100');
    await page.getByRole('button', { name: 'Make a group' }).click();
    await page.getByText('0 users').waitFor();
    await page.getByText('Invitations', { exact: true }).click();
    await page.getByRole('button', { name: 'Make an invitation' }).click();
    const link = await page.locator('dialog code').innerText();

    const other = await browser.open(link);
    await other.locator('input[name=user]').fill('ann');
    await other.locator('input[name=email]').fill('ann@example.org');
    await other.locator('input[name=password]').fill('correct horse');
    await other.locator('dialog form button.main').click();
    await other.getByRole('link', { name: 'ann' }).waitFor();

    await page.getByLabel('Search by name or email').fill('ANN@');
    await page.getByLabel('Group of ann').selectOption('students');
    await page.getByRole('button', { name: 'Suspend ann' }).click();
    await page.getByRole('button', { name: 'Let ann in again' }).waitFor();
    assert.equal(await page.getByLabel('Group of ann').inputValue(), '1');
    assert.deepEqual(page.found, []);
  });
});

describe('The console behind a proxy that logs users in', function () {
  this.timeout(120_000);
  const service = testService({ REMOTE_USER_HEADER: 'X-Remote-Email', TRUST_PROXY: '127.0.0.1, ::1' });
  const browser = testPages();

  it('opens without a form', async () => {
    const page = await browser.open(service.url(), {
      extraHTTPHeaders: { 'X-Remote-Email': 'ann@example.org' },
    });
    await page.getByRole('link', { name: 'ann' }).click();
    await page.getByText('Delete the account').first().waitFor();
    assert.equal(await page.getByRole('button', { name: 'Log out' }).count(), 0);
    assert.deepEqual(page.found, []);
  });
});
