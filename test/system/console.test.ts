import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { makeTone } from '../support/audio.ts';
import { consoleService } from '../support/console-service.ts';
import {
  button,
  choose,
  convert,
  convertAsGuest,
  download,
  holdSecondPiece,
} from '../support/console-steps.ts';
import { temporaryFolder } from '../support/folders.ts';
import { testPages } from '../support/watched-page.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const PASSWORD = 'correct horse';

/** A script that lets a file hover over the page, or drops it. */
const dragged = (type: 'dragover' | 'drop') => `{
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File(['RIFF'], 'dropped.wav'));
  document.body.dispatchEvent(new DragEvent('${type}', { dataTransfer, bubbles: true, cancelable: true }));
}`;

describe('The console', function () {
  this.timeout(60_000);
  const service = consoleService();
  const browser = testPages();
  const folder = temporaryFolder();

  async function tone(name: string, seconds = 1): Promise<string> {
    const path = join(folder(), name);
    await makeTone(path, seconds);
    return path;
  }

  /** Sends files, and waits until each can be downloaded. */
  async function convertTones(page: Page, ...names: string[]): Promise<void> {
    await convert(page, ...(await Promise.all(names.map((name) => tone(name)))));
    for (const name of names) await download(page, name).waitFor();
  }

  it('converts the first file of a guest in four clicks, and gives the result', async () => {
    const page = await browser.open(service.url());
    await convertAsGuest(page, await tone('first.wav'));
    const saving = page.waitForEvent('download');
    await download(page, 'first.wav').click();
    const saved = await saving;
    assert.equal(saved.suggestedFilename(), 'first.mp3');
    const bytes = await readFile(await saved.path());
    assert.equal(bytes.toString('latin1', 0, 3), 'ID3');
    assert.deepEqual(page.found, []);
  });

  it('converts ten files at once, each into its own format', async () => {
    const page = await browser.openAs(await service.newGuest(), `${service.url()}/?to=flac`);
    const names = Array.from({ length: 10 }, (_, index) => `many-${index}.wav`);
    await choose(page, ...(await Promise.all(names.map((name) => tone(name)))));
    await page.getByLabel('Format of many-3.wav').selectOption('opus');
    await button(page, 'Convert 10 files').click();
    for (const name of names) await download(page, name).waitFor();
    const row = page.getByRole('listitem').filter({ hasText: 'many-3.wav' });
    assert.match(await row.innerText(), /OPUS/);
    assert.equal(await page.locator('.row .hint', { hasText: /^FLAC/ }).count(), 9);
    assert.deepEqual(page.found, []);
  });

  it('takes the files of a folder, and tells how many hidden ones it left out', async () => {
    const page = await browser.openAs(await service.newGuest(), service.url());
    const music = join(folder(), 'music');
    await mkdir(join(music, 'inner'), { recursive: true });
    for (const name of ['a.wav', 'inner/b.wav']) await makeTone(join(music, name), 1);
    await mkdir(join(music, '.git'));
    for (const name of ['.DS_Store', '.git/config']) await writeFile(join(music, name), 'x');
    await page.getByLabel('Choose folder').setInputFiles(music);
    await button(page, 'Convert 2 files').waitFor();
    await page.getByText('2 hidden files were left out.').waitFor();
    assert.deepEqual(page.found, []);
  });

  it('takes files that are dropped on the page, and says so while they hover', async () => {
    const page = await browser.open(service.url());
    await page.evaluate(dragged('dragover'));
    await page.getByText('Let go to add the files').waitFor();
    await page.evaluate(dragged('drop'));
    await page.getByText('dropped.wav', { exact: true }).waitFor();
    assert.deepEqual(page.found, []);
  });

  it('opens with the format and the preset of a link', async () => {
    const page = await browser.openAs(await service.newGuest(), `${service.url()}/?to=WAV&preset=telephony`);
    await choose(page, await tone('call.wav'));
    assert.equal(await page.getByLabel('Format', { exact: true }).inputValue(), 'wav');
    assert.equal(await page.getByLabel('Preset').inputValue(), 'telephony');
    await button(page, 'Convert 1 file').click();
    await download(page, 'call.wav').waitFor();
    await page.getByRole('link', { name: 'Details of call.wav' }).click();
    await page.getByRole('cell', { name: 'pcm_mulaw' }).waitFor();
    assert.deepEqual(page.found, []);
  });

  it('says why a file failed, and that an empty one cannot be sent', async () => {
    const page = await browser.openAs(await service.newGuest(), service.url());
    const [text, empty] = [join(folder(), 'text.wav'), join(folder(), 'empty.wav')];
    await writeFile(text, 'This is no sound at all.');
    await writeFile(empty, '');
    await choose(page, text, empty);
    await page.getByText('An empty file').waitFor();
    await button(page, 'Convert 1 file').click();
    await page.getByText('This is no audio or video file, or its beginning is damaged.').waitFor();
    assert.deepEqual(page.found, []);
  });

  it('says in the language of the page why a sign-up or a log-in is refused', async () => {
    const page = await browser.open(`${service.url()}/#sign-up`, { locale: 'es-ES' });
    const { email } = await service.newUser();
    await page.locator('summary', { hasText: 'Crear cuenta' }).click();
    await page.getByLabel('Nombre').fill('leonor');
    await page.getByLabel('Correo').fill('leonor@example.org');
    await page.getByLabel('Contraseña').fill('password');
    await button(page, 'Crear cuenta').click();
    await page.getByText('Elige otra contraseña').waitFor();
    await page.getByLabel('Correo').fill(email);
    await page.getByLabel('Contraseña').fill(PASSWORD);
    await button(page, 'Crear cuenta').click();
    await page.getByText('Ese correo ya tiene cuenta').waitFor();
    await page.getByRole('link', { name: 'Ya tengo cuenta' }).click();
    await page.getByLabel('Correo').fill(email);
    await page.getByLabel('Contraseña').fill('wrong');
    await button(page, 'Iniciar sesión').click();
    await page.getByText('El correo o la contraseña no son correctos.').waitFor();
  });

  it('mends a failure by one button', async () => {
    const page = await browser.openAs(await service.newGuest(), service.url());
    const path = join(folder(), 'lossy.mp3');
    await makeTone(path, 1, '-b:a', '64k');
    await choose(page, path);
    await page.getByLabel('Format', { exact: true }).selectOption('ogg');
    await page.getByText('More options').click();
    await page.getByLabel('Lossy originals').selectOption('refuse');
    await button(page, 'Convert 1 file').click();
    await page.getByText('The original is lossy already').waitFor();
    await page.getByRole('link', { name: 'Details of lossy.mp3' }).click();
    await button(page, 'Convert anyway').click();
    await button(page, 'Download OGG').waitFor();
    assert.deepEqual(page.found, []);
  });

  it('goes on by itself after a lost connection', async () => {
    const page = await browser.openAs(await service.newGuest(), service.url());
    let pieces = 0;
    await page.route('**/api/uploads/**', (route) => {
      pieces += 1;
      return pieces === 2 ? route.abort('connectionreset') : route.continue();
    });
    await convert(page, await tone('broken.wav', 30));
    await download(page, 'broken.wav').waitFor();
    assert.ok(pieces > 3);
  });

  it('pauses an upload, and sends the rest on resuming', async () => {
    const page = await browser.openAs(await service.newGuest(), service.url());
    const held = await holdSecondPiece(page);
    await convert(page, await tone('paused.wav', 30));
    await held.reached;
    await button(page, 'Pause paused.wav').click();
    await page.getByText(/Paused at \d+%/).waitFor();
    held.release();
    await button(page, 'Resume paused.wav').click();
    await download(page, 'paused.wav').waitFor();
    assert.deepEqual(page.found, []);
  });

  it('announces a file once where it is paused and resumed before the answer, and forgets it where it is cancelled then', async () => {
    const page = await browser.openAs(await service.newGuest(), service.url());
    await convertTones(page, 'before.wav');
    const [asked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let requests = 0;
    await page.route('**/api/tasks', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      requests += 1;
      if (requests === 2) asked.resolve();
      await released.promise;
      return route.continue();
    });
    await choose(page, await tone('resumed.wav'), await tone('cancelled.wav'));
    await button(page, 'Convert 2 files').click();
    await asked.promise;
    await button(page, 'Pause resumed.wav').click();
    await button(page, 'Resume resumed.wav').click();
    await button(page, 'Cancel cancelled.wav').click();
    const removed = page.waitForResponse((answer) => answer.request().method() === 'DELETE');
    released.resolve();
    assert.equal((await removed).status(), 200);
    await download(page, 'resumed.wav').waitFor();
    assert.equal(requests, 2);
    assert.deepEqual(page.found, []);
  });

  it('goes on with an upload after the page was closed, once the same file is chosen again', async () => {
    const page = await browser.openAs(await service.newGuest(), service.url());
    const held = await holdSecondPiece(page);
    const path = await tone('closed.wav', 30);
    await convert(page, path);
    await held.reached;
    held.release();
    await page.reload();
    await button(page, 'Choose again').waitFor();
    await page.getByLabel('Choose closed.wav again').setInputFiles(await tone('other.wav'));
    await page.getByText('This is another file.').waitFor();
    await page.getByLabel('Choose closed.wav again').setInputFiles(path);
    await download(page, 'closed.wav').waitFor();
  });

  it('saves all results as one file', async () => {
    const page = await browser.openAs(await service.newGuest(), service.url());
    await convertTones(page, 'one.wav', 'two.wav');
    const saving = page.waitForEvent('download');
    await button(page, 'Download all').click();
    const bytes = await readFile(await (await saving).path());
    assert.equal(bytes.toString('latin1', 0, 2), 'PK');
    for (const name of ['one.mp3', 'two.mp3']) assert.ok(bytes.includes(name), name);
    assert.deepEqual(page.found, []);
  });

  it('saves a choice as a preset, applies it, and removes it', async () => {
    const user = await service.newUser();
    const page = await browser.openAs(user, service.url());
    await choose(page, await tone('preset.wav'));
    const format = page.getByLabel('Format', { exact: true });
    await format.selectOption('opus');
    await page.getByLabel('Channels').selectOption({ label: 'Mono' });
    await button(page, 'Save this choice as a preset').click();
    await page.getByLabel('Name of the preset').fill('voice notes');
    await button(page, 'Save').click();
    await page.getByText('The preset voice notes is saved.').waitFor();
    await format.selectOption('flac');
    await page.getByLabel('Own preset').selectOption('voice notes');
    assert.equal(await format.inputValue(), 'opus');
    assert.equal(await page.getByLabel('Channels').inputValue(), '1');
    await page.getByRole('link', { name: /^user / }).click();
    await page.getByText('Presets', { exact: true }).click();
    await button(page, 'Remove the preset voice notes').click();
    await page.getByText('Presets', { exact: true }).waitFor({ state: 'detached' });
    assert.deepEqual(page.found, []);
  });

  it('is used by the keyboard alone, which returns to where it was before a dialog', async () => {
    const page = await browser.open(service.url());
    const focused = page.locator(':focus');
    const tabTo = async (name: RegExp) => {
      for (let presses = 0; presses < 80; presses++) {
        await page.keyboard.press('Tab');
        const label = await focused.getAttribute('aria-label', { timeout: 1000 }).catch(() => null);
        if (name.test(label ?? (await focused.innerText().catch(() => '')))) return;
      }
      assert.fail(`the keyboard does not reach ${name}`);
    };
    const chooser = page.waitForEvent('filechooser');
    await tabTo(/^Choose files$/);
    await page.keyboard.press('Enter');
    await (await chooser).setFiles(await tone('keys.wav'));
    await tabTo(/^Convert 1 file$/);
    await page.keyboard.press('Enter');
    await tabTo(/^Try it now$/);
    await page.keyboard.press('Enter');
    await download(page, 'keys.wav').waitFor();
    await tabTo(/^Details of keys.wav$/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('heading', { name: 'keys.wav' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.equal(await focused.getAttribute('aria-label'), 'Details of keys.wav');
    await tabTo(/^Download keys.wav$/);
    const saving = page.waitForEvent('download');
    await page.keyboard.press('Enter');
    assert.equal((await saving).suggestedFilename(), 'keys.mp3');
    assert.deepEqual(page.found, []);
  });

  it('makes a user of a guest, who then finds the files in another browser', async () => {
    const page = await browser.openAs(await service.newGuest(), service.url());
    await convertTones(page, 'kept.wav');
    await page.getByRole('link', { name: 'Guest' }).click();
    await page.getByLabel('Name', { exact: true }).fill('kim');
    await page.getByLabel('Email').fill('kim@example.org');
    await page.getByLabel('Password').fill(PASSWORD);
    await button(page, 'Make an account').click();
    await page.getByRole('heading', { name: 'kim' }).waitFor();
    const other = await browser.open(`${service.url()}/#log-in`);
    await other.getByLabel('Email').fill('kim@example.org');
    await other.getByLabel('Password').fill(PASSWORD);
    await button(other, 'Log in').click();
    await download(other, 'kept.wav').waitFor();
    assert.deepEqual([...page.found, ...other.found], []);
  });

  it('keeps the session over a new load, and shows what another program converts', async () => {
    const user = await service.newUser();
    const page = await browser.openAs(user, service.url());
    await page.reload();
    await page.getByText('Your files appear here').waitFor();
    const bytes = await readFile(await tone('elsewhere.wav'));
    await user.create({ name: 'elsewhere.wav', bytes }, 'flac');
    await download(page, 'elsewhere.wav').waitFor();
    assert.deepEqual(page.found, []);
  });

  it('asks for a log-in when the session was ended elsewhere', async () => {
    const user = await service.newUser();
    const page = await browser.openAs(user, service.url());
    await user.fetch('/api/account', {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ password: PASSWORD, newPassword: 'battery staple' }),
    });
    await page.getByRole('link', { name: /^user / }).click();
    await page.getByText('Your session has ended. Log in again.').waitFor();
  });

  it('deletes a file after its time for an undo, and not before', async () => {
    const user = await service.newGuest();
    const page = await browser.openAs(user, service.url());
    await page.clock.install();
    await convertTones(page, 'undone.wav', 'deleted.wav');
    await button(page, 'Delete undone.wav').click();
    await button(page, 'Undo').click();
    await download(page, 'undone.wav').waitFor();
    const gone = page.waitForResponse((answer) => answer.request().method() === 'DELETE');
    await button(page, 'Delete deleted.wav').click();
    await page.clock.fastForward(4000);
    assert.equal((await user.tasks()).length, 2);
    await page.clock.fastForward(1000);
    assert.equal((await gone).status(), 200);
    await page.reload();
    await download(page, 'undone.wav').waitFor();
    assert.equal(await download(page, 'deleted.wav').count(), 0);
  });

  it('speaks Spanish where the browser does, or by choice, and keeps the choice', async () => {
    const page = await browser.open(service.url(), { locale: 'es-CO' });
    await page.getByRole('heading', { name: 'Entra audio, sale audio.' }).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'es');
    await page.getByLabel('Idioma').selectOption('en');
    await page.reload();
    await page.getByRole('heading', { name: 'Audio in, audio out.' }).waitFor();
  });

  for (const [colorScheme, width, locale] of [
    ['light', 1280, 'en-US'],
    ['dark', 375, 'es-CO'],
  ] as const) {
    it(`has no fault that axe finds, and nothing beside the window: ${colorScheme}, ${width} pixels, ${locale}`, async () => {
      const viewport = { width, height: 800 };
      const page = await browser.open(service.url(), {
        colorScheme,
        locale,
        viewport,
        reducedMotion: 'reduce',
      });
      await check(page);
      await page
        .locator('input[type=file]')
        .first()
        .setInputFiles([await tone('a.wav'), await tone('b.wav')]);
      await check(page);
      await page.locator('.staged button[aria-expanded]').first().click();
      await check(page);
      await page.locator('dialog button.main').first().click();
      await page.locator('.staged .tag-fields').waitFor();
      await page.locator('.wanted summary').click();
      await check(page);
      await page.locator('form > .buttons button[type=submit].main').click();
      await page.locator('.row.processed').nth(1).waitFor();
      await check(page);
      await page.locator('.row.processed a').first().click();
      await page.locator('dialog table').first().waitFor();
      await page.locator('dialog section button').first().click();
      await page.locator('.lane path[d^=M]').first().waitFor({ state: 'attached' });
      await page.locator('.spectrogram button').click();
      await page.locator('.spectrum img').waitFor();
      await page.locator('dialog form details summary').last().click();
      await page.locator('.tag-fields').waitFor();
      await page.locator('.tag-fields fieldset').last().locator('button').first().click();
      await page.locator('.player button').first().click();
      await check(page);
      await page.goto(`${service.url()}/#account`);
      await page.locator('dialog .facts').waitFor();
      for (const summary of await page.locator('dialog summary').all()) await summary.click();
      await check(page);
      await page.goto(`${service.url()}/#batches`);
      await page.locator('dialog .empty').waitFor();
      await check(page);
      await page.goto(`${service.url()}/#log-in`);
      await page.locator('dialog input[type=password]').waitFor();
      await check(page);
      assert.deepEqual(page.found, []);
    });
  }

  async function check(page: Page): Promise<void> {
    await page.evaluate(await readFile(AXE, 'utf8'));
    const violations: unknown = await page.evaluate('axe.run().then(({ violations }) => violations)');
    assert.deepEqual(violations, []);
    const beside = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    assert.ok(Number(beside) <= 0, `${beside} pixels beside the window`);
  }
});
