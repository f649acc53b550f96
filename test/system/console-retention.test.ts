import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTone } from '../support/audio.ts';
import { button } from '../support/console-steps.ts';
import { temporaryFolder } from '../support/folders.ts';
import { testService } from '../support/service.ts';
import { testPages } from '../support/watched-page.ts';

describe('The console of a service that removes files', function () {
  this.timeout(60_000);
  const service = testService({ RETENTION_DAYS: '5', MAX_RETENTION_DAYS: '12' });
  const folder = temporaryFolder();
  const browser = testPages();

  it('says when a file goes, in its row and on its page, and keeps it longer from both, up to the limit', async () => {
    const path = join(folder(), 'a.wav');
    await makeTone(path, 1);
    const user = await service.newUser();
    const { id } = await user.convert({ name: 'good.wav', bytes: await readFile(path) }, 'mp3');
    await user.convert({ name: 'bad.wav', bytes: Buffer.from('no sound') }, 'mp3');
    const page = await browser.openAs(user, service.url());
    const day = (days: number) => {
      const date = new Date(Date.now() + days * 86_400_000);
      const year = date.getFullYear() === new Date().getFullYear() ? {} : { year: 'numeric' as const };
      return new Intl.DateTimeFormat('en-US', { day: 'numeric', month: 'short', ...year }).format(date);
    };
    const row = (name: string) => page.getByRole('listitem').filter({ hasText: name });
    await row('bad.wav')
      .getByText(`removed on ${day(5)}`)
      .waitFor();
    await row('good.wav')
      .getByText(`removed on ${day(5)}`)
      .waitFor();
    await button(page, 'Keep good.wav longer').click();
    await row('good.wav')
      .getByText(`removed on ${day(10)}`)
      .waitFor();
    assert.equal(await button(page, 'Keep good.wav longer').count(), 0, 'there is more than a week left');
    await page.getByRole('link', { name: 'Details of good.wav' }).click();
    await page.getByText('Its files are removed on').waitFor();
    await button(page, 'Keep longer').click();
    await page.getByText('This service keeps the files no longer. Download them.').waitFor();
    assert.equal(await button(page, 'Keep longer').count(), 0);
    const { expiresAt, timestamp } = JSON.parse(await (await user.fetch(`/api/tasks/${id}`)).text());
    assert.equal(Date.parse(expiresAt) - Date.parse(timestamp), 12 * 86_400_000);
    await page.goto(`${service.url()}/#account`);
    await page.getByText('Limits', { exact: true }).click();
    await page.getByRole('row', { name: 'Files are kept after a conversion 5 days' }).waitFor();
    await page.getByRole('row', { name: 'Files can be kept 12 days' }).waitFor();
    assert.deepEqual(page.found, []);
  });
});
