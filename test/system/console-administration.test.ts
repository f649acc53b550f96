import assert from 'node:assert/strict';
import { ADMIN, invitationFor, newAdministrator } from '../support/administrator.ts';
import { button } from '../support/console-steps.ts';
import { testService, type User } from '../support/service.ts';
import { testPages, type WatchedPage } from '../support/watched-page.ts';

describe('The console of administrators', function () {
  this.timeout(120_000);
  const service = testService({ ADMIN_EMAILS: ADMIN, REGISTRATION: 'invite' });
  const browser = testPages();
  let admin: User;

  before(async () => {
    admin = await newAdministrator(service);
  });

  const open = async (part: string): Promise<WatchedPage> =>
    browser.openAs(await admin.again(), `${service.url()}/#${part}`);

  /** Signs somebody up by the link of an invitation, as a person does. */
  async function signUp(name: string, link: string): Promise<WatchedPage> {
    const page = await browser.open(link);
    await page.getByText('You have an invitation').waitFor();
    await page.locator('input[name=user]').fill(name);
    await page.locator('input[name=email]').fill(`${name}@example.org`);
    await page.locator('input[name=password]').fill('correct horse');
    await page.locator('dialog form button.main').click();
    await page.getByRole('link', { name }).waitFor();
    assert.equal(new URL(page.url()).search, '');
    return page;
  }

  it('makes a group and an invitation into it, whose user has its limits', async () => {
    const page = await open('groups');
    await page.getByLabel('Name of the group').fill('students');
    await page.getByLabel('Largest file in MB').fill('100');
    await page.getByLabel('Formats').fill('mp3, FLAC');
    await button(page, 'Make a group').click();
    await page.getByText('Largest file in MB: 100 · Formats: mp3, flac').waitFor();

    await page.getByRole('link', { name: 'Invitations' }).click();
    await page.getByLabel('Group').selectOption('students');
    await page.getByLabel('Days that it is valid').fill('30');
    await button(page, 'Make an invitation').click();
    const link = await page.locator('dialog code').innerText();
    const row = page.getByRole('listitem').filter({ hasText: 'Any address' });
    assert.match(await row.innerText(), /until .*students/s);

    const ann = await signUp('ann', link);
    await ann.getByRole('link', { name: 'ann' }).click();
    await ann.locator('.facts', { hasText: 'students' }).waitFor();

    await page.getByRole('link', { name: 'Groups' }).click();
    await button(page, '1 user of students').click();
    await page.getByText('ann@example.org').waitFor();
    assert.equal(await page.locator('.people > li').count(), 1);
    assert.equal(await page.getByLabel('Group of ann').inputValue(), '1');
    assert.deepEqual([...page.found, ...ann.found], []);
  });

  it('changes a group, keeps what is not changed, and asks before it takes it from its users', async () => {
    const page = await open('groups');
    await button(page, 'Change the group students').click();
    const form = page.locator('.people form');
    await form.getByLabel('Name of the group').fill('pupils');
    await form.getByLabel('Stored files in GB').fill('1.5');
    await form.getByLabel('Formats').fill('*');
    await button(page, 'Save').click();
    await form.waitFor({ state: 'detached' });
    await page.getByText('Largest file in MB: 100 · Stored files in GB: 1.5 · Formats: *').waitFor();
    await button(page, 'Remove the group pupils').click();
    const sure = button(page, 'Remove, and leave 1 user without a group');
    await page.keyboard.press('Tab');
    assert.equal(await sure.count(), 0);
    await button(page, 'Remove the group pupils').click();
    await page.keyboard.press('Enter');
    await page.getByText('There are no groups yet.').waitFor();
    assert.deepEqual(page.found, []);
  });

  it('finds a user, gives limits of the own, suspends, and lets in again', async () => {
    const page = await open('administration');
    await page.getByLabel('Search by name or email').fill(' ANN@ ');
    await button(page, 'Limits of ann').click();
    await page.getByLabel('Uploads at one time').fill('0');
    await page.getByLabel('Largest file in MB').fill('0');
    await button(page, 'Save').click();
    assert.equal(await page.locator('.people form').count(), 1, 'the browser refuses a size of nothing');
    await page.getByLabel('Largest file in MB').fill('0.000001');
    await button(page, 'Save').click();
    await page.getByText('Uploads at one time: 0').waitFor();
    await button(page, 'Suspend ann').click();
    await button(page, 'Let ann in again').click();
    await button(page, 'Suspend ann').waitFor();
    await page.getByLabel('Search by name or email').fill('nobody');
    await page.getByText('No user fits.').waitFor();
    assert.deepEqual(page.found, []);
  });

  it('revokes an invitation, whose link nobody can use then', async () => {
    const page = await open('invitations');
    await page.getByLabel('Email').fill('bob@example.org');
    await button(page, 'Make an invitation').click();
    const link = await page.locator('dialog code').innerText();
    await button(page, 'Remove the invitation of bob@example.org').click();
    await page.getByRole('listitem').filter({ hasText: 'bob@' }).waitFor({ state: 'detached' });
    const other = await browser.open(link);
    await other.locator('input[name=user]').fill('bob');
    await other.locator('input[name=email]').fill('bob@example.org');
    await other.locator('input[name=password]').fill('correct horse');
    await other.locator('dialog form button.main').click();
    await other.locator('dialog [role=alert]:not(:empty)').waitFor();
    assert.deepEqual(page.found, []);
  });

  it('shows nothing of it to others', async () => {
    const page = await signUp('cid', `${service.url()}/?invitation=${await invitationFor(service)}`);
    await page.goto(`${service.url()}/#invitations`);
    await page.getByText('Only administrators can open this.').waitFor();
    assert.equal(await page.getByRole('link', { name: 'Groups' }).count(), 0);
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
