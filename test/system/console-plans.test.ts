import assert from 'node:assert/strict';
import { join } from 'node:path';
import { makeTone } from '../support/audio.ts';
import { consoleService } from '../support/console-service.ts';
import { button, choose, download } from '../support/console-steps.ts';
import { temporaryFolder } from '../support/folders.ts';
import { testPages } from '../support/watched-page.ts';

describe('The console, before a conversion', function () {
  this.timeout(60_000);
  const service = consoleService();
  const browser = testPages();
  const folder = temporaryFolder();

  it('shows the size of the result, and follows the options', async () => {
    const page = await browser.openAs(await service.newGuest(), service.url());
    const path = join(folder(), 'planned.wav');
    await makeTone(path, 2, '-ac', '2');
    await choose(page, path);
    const plan = page.getByText('Expected result: ');
    await plan.filter({ hasText: '50 kB exactly' }).waitFor();
    await page.getByLabel('Format', { exact: true }).selectOption('wav');
    await plan.filter({ hasText: '384 kB · sound copied without loss' }).waitFor();
    await button(page, 'Convert 1 file').click();
    await download(page, 'planned.wav').waitFor();
    assert.deepEqual(page.found, []);
  });
});
