import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
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

  it('makes several formats of each file, tells the size of all together, and gives each result', async () => {
    const page = await browser.openAs(await service.newGuest(), service.url());
    const paths = [join(folder(), 'one.wav'), join(folder(), 'two.wav')];
    for (const path of paths) await makeTone(path, 2);
    await choose(page, ...paths);
    await page.getByText(/^Expected together, 2 of 2 results: \d+ kB exactly/).waitFor();
    await button(page, 'Also as another format').click();
    const further = page.getByRole('group', { name: 'Format 2' });
    await further.getByLabel('Format', { exact: true }).selectOption('flac');
    await further.getByText('More options').click();
    await further.getByLabel('End (s)').fill('1');
    await further.getByLabel('End (s)').blur();
    await page.getByText(/^Expected together, 4 of 4 results: about \d+ kB/).waitFor();
    await button(page, 'Convert 2 files').click();
    await download(page, 'one.wav').waitFor();
    const row = page.getByRole('listitem').filter({ hasText: 'one.wav' });
    assert.match(await row.innerText(), /MP3 \+ FLAC/);
    await page.getByRole('link', { name: 'Details of one.wav' }).click();
    await button(page, 'Download one.flac').waitFor();
    await button(page, 'Download one.mp3').waitFor();
    const saving = page.waitForEvent('download');
    await button(page, 'Download one.flac').click();
    const bytes = await readFile(await (await saving).path());
    assert.equal(bytes.toString('latin1', 0, 4), 'fLaC');
    // One second: as many samples as the rate (RFC 9639, 8.2).
    assert.equal(bytes.readUInt32BE(22), bytes.readUIntBE(18, 3) >> 4);
    assert.deepEqual(page.found, []);
  });

  it('holds a result within a size of words or megabytes, and mends one that is too small by a button', async () => {
    const page = await browser.openAs(await service.newGuest(), `${service.url()}/?to=mp3`);
    const path = join(folder(), 'long.wav');
    await makeTone(path, 30);
    await choose(page, path);
    await page.getByText('More options').click();
    const limit = page.getByLabel('Size limit');
    await limit.selectOption('Chats, such as Discord (10 MB)');
    await limit.selectOption('A limit of my own');
    await page.getByLabel('At most (MB)').fill('0.000001');
    await page.getByText('More options').click();
    await button(page, 'Convert 1 file').click();
    // The browser shows the fault, though its input was folded away.
    await page.locator(':focus').and(page.getByLabel('At most (MB)')).waitFor();
    await page.getByLabel('At most (MB)').fill('0.02');
    await page.getByLabel('Kind of sound').selectOption('Speech');
    await button(page, 'Convert 1 file').click();
    await page.getByRole('link', { name: 'Details of long.wav' }).click();
    await page
      .getByText(/^30 s in mp3 need at least \d+ kB to stay intelligible, and the size limit is 20 kB\.$/)
      .waitFor();
    await button(page, 'Convert to OPUS instead').waitFor();
    await button(page, /^Allow \d+ kB$/).click();
    await button(page, 'Download MP3').waitFor();
    // A plan that was asked for meanwhile is refused, which a browser writes down.
    assert.deepEqual(
      page.found.filter((line) => !line.includes('status of 422')),
      [],
    );
  });

  it('saves the receipt of a result, and tells which file it is about', async () => {
    const page = await browser.openAs(await service.newGuest(), `${service.url()}/?to=flac`);
    const path = join(folder(), 'proof.wav');
    await makeTone(path, 1);
    await choose(page, path);
    await page.getByText('More options').click();
    await page.getByLabel('Receipt').selectOption('With hashes');
    await button(page, 'Convert 1 file').click();
    await download(page, 'proof.wav').waitFor();
    await page.getByRole('link', { name: 'Details of proof.wav' }).click();
    await page.getByText('Each sample of the original is in the result.').waitFor();
    const saving = page.waitForEvent('download');
    await button(page, 'Save the receipt of proof.flac').click();
    const saved = await saving;
    assert.equal(saved.suggestedFilename(), 'proof.flac.receipt.json');
    const receipt = join(folder(), 'proof.flac.receipt.json');
    await saved.saveAs(receipt);
    await page.getByLabel('Compare a file with the receipt of proof.flac').setInputFiles(path);
    await page.getByText('proof.wav is the original, not the result.').waitFor();
    await page.goto(`${service.url()}/#account`);
    await page.getByText('Compare a file with a saved receipt').click();
    await page.getByLabel('Choose a receipt').setInputFiles(path);
    await page.getByText('proof.wav is no receipt.').waitFor();
    await page.getByLabel('Choose a receipt').setInputFiles(receipt);
    await page.getByLabel('Compare a file with the receipt of proof.flac.receipt.json').setInputFiles(path);
    await page.getByText('proof.wav is the original, not the result.').waitFor();
    assert.deepEqual(page.found, []);
  });

  it('keeps a file whose options the service refuses, and converts it with others', async () => {
    const page = await browser.openAs(await service.newGuest(), `${service.url()}/?to=mp3`);
    const path = join(folder(), 'kept.wav');
    await makeTone(path, 1);
    await choose(page, path);
    await page.getByText('More options').click();
    for (const [label, value] of [
      ['Gain (dB)', '3'],
      ['Loudness (LUFS)', '-16'],
    ] as const) {
      await page.getByLabel(label).fill(value);
      await page.getByLabel(label).blur();
    }
    await button(page, 'Convert 1 file').click();
    await page.getByText(/^Not taken\. The service does not take this choice of “(Gain|Loudness)/).waitFor();
    await button(page, 'Back to the defaults').click();
    await button(page, 'Convert 1 file').click();
    await download(page, 'kept.wav').waitFor();
    assert.equal(await page.locator('.staged li').count(), 0);
  });
});
