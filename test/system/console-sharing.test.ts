import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeSound, makeTone } from '../support/audio.ts';
import { consoleService } from '../support/console-service.ts';
import { button, choose, convert, download, holdSecondPiece } from '../support/console-steps.ts';
import { temporaryFolder } from '../support/folders.ts';
import { testPages } from '../support/watched-page.ts';

/** Milliseconds after which a deletion can't be undone any more. */
const UNDONE = 5000;

describe('The console, in several tabs and by links', function () {
  this.timeout(60_000);
  const service = consoleService();
  const browser = testPages();
  const folder = temporaryFolder();

  async function tone(name: string, seconds = 1): Promise<string> {
    const path = join(folder(), name);
    await makeTone(path, seconds);
    return path;
  }

  it('shows in one tab what another one converts and deletes', async () => {
    const page = await browser.openAs(await service.newGuest(), service.url());
    await convert(page, await tone('first.wav'));
    await download(page, 'first.wav').waitFor();
    const other = await page.context().newPage();
    await other.clock.install();
    await other.goto(service.url());
    await download(other, 'first.wav').waitFor();
    await choose(page, await tone('second.wav'));
    await button(page, 'Convert 1 file').click();
    await download(other, 'second.wav').waitFor();
    await button(other, 'Delete first.wav').click();
    await other.clock.fastForward(UNDONE);
    await download(page, 'first.wav').waitFor({ state: 'detached' });
    assert.deepEqual(page.found, []);
  });

  it('copies a link to a result, by which anybody gets the file', async () => {
    const page = await browser.openAs(await service.newGuest(), service.url(), {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await convert(page, await tone('given.wav'));
    await download(page, 'given.wav').waitFor();
    await page.getByRole('link', { name: 'Details of given.wav' }).click();
    await button(page, 'Copy link').click();
    await page.getByText('Copied. Whoever has the link').waitFor();
    const answer = await fetch(String(await page.evaluate('navigator.clipboard.readText()')));
    assert.equal(answer.status, 200);
    assert.equal(Buffer.from(await answer.arrayBuffer()).toString('latin1', 0, 3), 'ID3');
    assert.deepEqual(page.found, []);
  });

  it('converts a file again from its row', async () => {
    const page = await browser.openAs(await service.newGuest(), service.url());
    await convert(page, await tone('again.wav'));
    await download(page, 'again.wav').waitFor();
    const choice = page.getByLabel('Convert again.wav again to');
    await choice.focus();
    await choice.selectOption('flac');
    await page.getByText('again.wav is converted again, to FLAC.').waitFor();
    await page.locator('.row .hint', { hasText: /^FLAC · 0:01/ }).waitFor();
    assert.deepEqual(page.found, []);
  });

  it('offers the sound tracks that a film has in place of one that it has not', async () => {
    const page = await browser.openAs(await service.newGuest(), service.url());
    const path = join(folder(), 'film.mkv');
    const second = [
      '-f',
      'lavfi',
      '-i',
      'sine=d=1',
      '-map',
      '0',
      '-map',
      '1',
      '-metadata:s:a:1',
      'language=spa',
    ];
    await makeSound(path, 'sine=frequency=300:d=1', ...second);
    await choose(page, path);
    await page.getByText('More options').click();
    await page.getByLabel('Sound track').fill('5');
    await button(page, 'Convert 1 file').click();
    await page.getByText('The file does not have the chosen sound track.').waitFor();
    await page.getByRole('link', { name: 'Details of film.mkv' }).click();
    await button(page, 'Take track 2 (spa)').click();
    await button(page, 'Download MP3').waitFor();
    assert.deepEqual(page.found, []);
  });

  it('goes on only with the very file, and forgets its uploads at a log-out', async () => {
    const user = await service.newUser();
    const page = await browser.openAs(user, service.url());
    await page.getByText('Your files appear here').waitFor();
    const held = await holdSecondPiece(page);
    const path = await tone('closed.wav', 30);
    await choose(page, path);
    await button(page, 'Convert 1 file').click();
    await held.reached;
    held.release();
    await page.reload();
    const bytes = await readFile(path);
    bytes[100] = 255 - (bytes[100] ?? 0);
    await writeFile(path, bytes);
    await page.getByLabel('Choose closed.wav again').setInputFiles(path);
    await page.getByText('This is another file.').waitFor();
    const kept = "localStorage.getItem('tonemill.uploads')";
    assert.match(String(await page.evaluate(kept)), /closed\.wav/);
    await page.getByRole('link', { name: /^user / }).click();
    await button(page, 'Log out').click();
    await page.getByRole('link', { name: 'Log in' }).waitFor();
    assert.equal(await page.evaluate(kept), null);
  });

  it('says that a preset of a link does not exist, and applies one of the user', async () => {
    const user = await service.newGuest();
    const preset = { name: 'small voice', format: 'opus', options: { channels: 1 } };
    const headers = { 'Content-Type': 'application/json' };
    const saved = await user.fetch('/api/presets', { method: 'POST', headers, body: JSON.stringify(preset) });
    assert.equal(saved.status, 200);
    const page = await browser.openAs(user, `${service.url()}/?to=flac&preset=none`);
    await page.getByText('There is no preset none. None is chosen.').waitFor();
    await page.goto(`${service.url()}/?preset=small%20voice`);
    await page.getByText('Your files appear here').waitFor();
    await choose(page, await tone('voice.wav'));
    await button(page, 'Convert 1 file').waitFor();
    assert.equal(await page.getByLabel('Own preset').inputValue(), 'small voice');
    assert.equal(await page.getByLabel('Format', { exact: true }).inputValue(), 'opus');
    assert.deepEqual(page.found, []);
  });
});
