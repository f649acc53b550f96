import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTone } from '../support/audio.ts';
import { consoleService } from '../support/console-service.ts';
import { newFolder } from '../support/folders.ts';
import { remoteServer } from '../support/remote.ts';
import { testPages } from '../support/watched-page.ts';

describe('Addresses in the console', function () {
  this.timeout(60_000);
  const remote = remoteServer();
  const service = consoleService();
  const browser = testPages();
  before(async () => {
    const folder = await newFolder();
    await makeTone(join(folder, 'tone.wav'), 1);
    const wav = await readFile(join(folder, 'tone.wav'));
    await rm(folder, { recursive: true });
    for (const path of ['/song.wav', '/other.wav'])
      remote.on(path, (_incoming, outgoing) => outgoing.end(wav));
  });

  it('can be written or pasted, and their files are fetched, converted and delivered', async () => {
    let received = 0;
    remote.on('/results/song.mp3', async (incoming, outgoing) => {
      received = Buffer.concat(await incoming.toArray()).length;
      outgoing.end();
    });
    const page = await browser.open(service.url());
    await page.getByLabel('Or the address of a file').fill('nonsense');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('Write an address that begins with https://').waitFor();
    await page.getByLabel('Or the address of a file').fill(remote.url('/song.wav?signature=secret'));
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.evaluate(`{
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', ${JSON.stringify(remote.url('/other.wav'))});
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
    }`);
    await page.getByText('Deliver results').click();
    await page
      .getByLabel(/^Deliver the result of .*song\.wav to$/)
      .fill(remote.url('/results/song.mp3?x=secret'));
    await page.getByRole('button', { name: 'Convert 2 files' }).click();
    await page.getByRole('button', { name: 'Try it now' }).click();
    await page.getByRole('button', { name: 'Download other.wav' }).waitFor();
    await page.getByText(/MP3 .* · delivered$/).waitFor();
    assert.ok(received > 1000);
    await page.getByRole('link', { name: 'Details of song.wav' }).click();
    await page.getByText(remote.url('/song.wav?...')).waitFor();
    await page.getByText(remote.url('/results/song.mp3?...')).waitFor();
    assert.ok(!(await page.content()).includes('secret'));
  });

  it('stay in the list where the service refuses them, with the reason and with what was chosen', async () => {
    const page = await browser.openAs(await service.newGuest(), service.url());
    const address = page.getByLabel('Or the address of a file');
    for (const text of ['https://user:secret@example.org/private.wav', remote.url('/song.wav')]) {
      await address.fill(text);
      await page.getByRole('button', { name: 'Add', exact: true }).click();
    }
    const tags = (name: RegExp) => page.getByRole('button', { name });
    await tags(/^Tags, cover and chapters of .*song\.wav/).click();
    await page.getByLabel('Title', { exact: true }).fill('Chosen');
    await page.getByLabel('Title', { exact: true }).blur();
    await page.getByRole('button', { name: 'Convert 2 files' }).click();
    await page.getByText(/^Not taken\. The URL has a user name or a password; expected none\.$/).waitFor();
    await page.getByRole('button', { name: 'Download song.wav' }).waitFor();
    assert.equal(await page.locator('.staged li').count(), 1);
    await page.getByRole('button', { name: 'Convert 1 file' }).click();
    await page.getByText(/^Not taken\./).waitFor();
    await page.getByRole('button', { name: /^Take .*private\.wav out$/ }).click();
    await page.getByRole('link', { name: 'Details of song.wav' }).click();
    await page.getByRole('cell', { name: 'Chosen' }).waitFor();
  });

  it('can be fetched again after a failure', async () => {
    const page = await browser.openAs(await service.newGuest(), service.url());
    await page.getByLabel('Or the address of a file').fill(remote.url('/later.wav'));
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('button', { name: 'Convert 1 file' }).click();
    await page.getByRole('link', { name: 'Details of later.wav' }).click();
    await page.getByText('The file could not be fetched from its address.').last().waitFor();
    const address = page.getByLabel('Address of the file');
    assert.equal(await address.inputValue(), remote.url('/later.wav'));
    await address.fill(remote.url('/other.wav'));
    await page.getByRole('button', { name: 'Fetch again' }).click();
    await page.getByRole('button', { name: 'Download other.wav' }).waitFor();
  });
});
