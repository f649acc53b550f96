import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '../../lib/adapters/database/connection.ts';
import { ADMIN, newAdministrator } from '../support/administrator.ts';
import { makeTone } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { assertFaultless, LOOKS } from '../support/page-faults.ts';
import { testService, type User } from '../support/service.ts';
import { testPages } from '../support/watched-page.ts';

describe('Every view of the console, without a fault that axe-core finds and with nothing beside the window', function () {
  this.timeout(120_000);
  const service = testService({ ADMIN_EMAILS: ADMIN, RETENTION_DAYS: '5' });
  const folder = temporaryFolder();
  const browser = testPages();
  let admin: User | undefined;

  const nameOf = ({ colorScheme, locale, viewport }: (typeof LOOKS)[number]) =>
    `${colorScheme}, ${viewport?.width} pixels, ${locale}`;

  for (const look of LOOKS)
    it(`the restore of a fresh service, the log-in and the sign-up: ${nameOf(look)}`, async () => {
      const page = await browser.open(service.url(), look);
      await page.locator('.file-button').waitFor();
      await assertFaultless(page);
      await page.goto(`${service.url()}/#sign-up`);
      await page.locator('dialog summary').first().click();
      await page.locator('dialog input[type=password]').waitFor();
      await assertFaultless(page);
      await page.goto(`${service.url()}/#log-in`);
      await page.locator('dialog input[autocomplete=current-password]').waitFor();
      await assertFaultless(page);
      assert.deepEqual(page.found, []);
    });

  for (const look of LOOKS)
    it(`the administration with its forms open: ${nameOf(look)}`, async () => {
      admin ??= await newAdministrator(service);
      await service.newUser();
      const page = await browser.openAs(await admin.again(), `${service.url()}/#groups`, look);
      await page.locator('input[name=name]').fill(`students ${look.locale}`);
      await page.locator('input[name=uploadBytes]').fill('100');
      await page.locator('dialog button.main').click();
      await page.locator('.people li', { hasText: `students ${look.locale}` }).waitFor();
      await page.locator('.people button[aria-expanded]').first().click();
      await assertFaultless(page);
      await page.locator('.parts a').first().click();
      await page.locator('.people button[aria-expanded]').nth(1).click();
      await page.locator('.people form').waitFor();
      await page
        .locator('.people select')
        .nth(1)
        .selectOption({ label: `students ${look.locale}` });
      await assertFaultless(page);
      await page.locator('.parts a').last().click();
      await page.locator('dialog button.main').click();
      await page.locator('.note code').waitFor();
      await page.locator('.keys li').first().waitFor();
      await assertFaultless(page);
      await page.locator('.parts a').nth(1).click();
      await page
        .locator('.people li', { hasText: `students ${look.locale}` })
        .locator('.square')
        .click();
      await page.locator('button.danger').waitFor();
      await assertFaultless(page);
      assert.deepEqual(page.found, []);
    });

  describe('of a user with files', () => {
    let user: User;
    const ids: Record<'good' | 'bad' | 'waiting' | 'gone', number> = { good: 0, bad: 0, waiting: 0, gone: 0 };
    before(async () => {
      user = await service.newUser();
    });

    async function fill(): Promise<void> {
      const path = join(folder(), 'a.wav');
      await makeTone(path, 1);
      const bytes = await readFile(path);
      ids.good = (await user.convert({ name: 'good.wav', bytes }, 'mp3')).id;
      ids.gone = (await user.convert({ name: 'gone.wav', bytes }, 'flac')).id;
      ids.bad = (await user.convert({ name: 'bad.wav', bytes: Buffer.from('no sound') }, 'mp3')).id;
      ids.waiting = (await user.create({ name: 'waiting.wav', bytes }, 'opus')).id;
      await user.settled(ids.waiting);
      const knex = openDatabase(service.database(), 1);
      await knex.raw(
        `update tasks set state = 'EXPIRED', expires_at = now() - interval '1 day',
          error = '{"code": "files_removed", "message": "The files were removed."}' where id = ?`,
        [ids.gone],
      );
      await knex.destroy();
    }

    for (const look of LOOKS)
      it(`the list, failed, kept and removed files, the account and the batches: ${nameOf(look)}`, async () => {
        if (ids.good === 0) await fill();
        const page = await browser.openAs(await user.again(), service.url(), look);
        await page.locator('.row.failed').waitFor();
        await page.locator('.row.expired').waitFor();
        await assertFaultless(page);
        for (const id of [ids.bad, ids.good, ids.gone]) {
          await page.goto(`${service.url()}/#tasks/${id}`);
          await page.locator('dialog h2:not(:empty)').waitFor();
          await page.locator('dialog :is(.note, table)').first().waitFor();
          for (const summary of await page.locator('dialog summary').all()) await summary.click();
          await assertFaultless(page);
        }
        await page.goto(`${service.url()}/#tasks/99999999`);
        await page.locator('dialog .empty').waitFor();
        await assertFaultless(page);
        await page.goto(`${service.url()}/#account`);
        await page.locator('dialog .facts').waitFor();
        for (const summary of await page.locator('dialog summary').all()) await summary.click();
        await assertFaultless(page);
        await page.goto(`${service.url()}/`);
        await page.locator('.row .square').last().click();
        await page.locator('.notice').waitFor();
        await assertFaultless(page);
        await page.locator('.notice .link').click();
        assert.deepEqual(
          page.found.filter((line) => !line.includes('404')),
          [],
        );
      });
  });
});
