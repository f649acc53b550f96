import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { isolated } from '../../lib/console/isolated.ts';
import { makeTone } from '../support/audio.ts';
import { consoleService } from '../support/console-service.ts';
import { button, download } from '../support/console-steps.ts';
import { temporaryFolder } from '../support/folders.ts';
import { assertFits } from '../support/page-faults.ts';
import { testPages } from '../support/watched-page.ts';

/** A WAV file without a sample: the header alone. */
const NO_SECONDS = Buffer.from(
  '524946462400000057415645666d74201000000001000100401f0000803e0000020010006461746100000000',
  'hex',
);

/** Names as long as the service takes them, and from right to left. */
const NAMES = {
  long: `${'a name without end '.repeat(14).slice(0, 196)}.wav`,
  joined: `${'x'.repeat(196)}.wav`,
  hebrew: 'שיר ערש 12.wav',
  arabic: 'أغنية (٣).wav',
  turned: 'invoice\u202egpj.wav',
};

describe('The console in hard cases', function () {
  this.timeout(60_000);
  const service = consoleService();
  const browser = testPages();
  const folder = temporaryFolder();

  async function tone(): Promise<Buffer> {
    const path = join(folder(), 'tone.wav');
    await makeTone(path, 1);
    return readFile(path);
  }

  /** Chooses files that need not be on a disk. */
  const choose = (page: Page, names: readonly string[], buffer: Buffer) =>
    page
      .getByLabel('Choose files')
      .setInputFiles(names.map((name) => ({ name, mimeType: 'audio/wav', buffer })));

  it('takes two hundred files at once, asks the service for one of them, and lets go of all', async () => {
    const page = await browser.openAs(await service.newGuest(), `${service.url()}/?to=flac`);
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') asked.push(new URL(request.url()).pathname);
    });
    await choose(
      page,
      Array.from({ length: 200 }, (_, index) => `${index}.wav`),
      await tone(),
    );
    await button(page, 'Convert 200 files').waitFor();
    assert.equal(await page.locator('.staged > li').count(), 200);
    await page.getByLabel('Format of 199.wav').selectOption('opus');
    await button(page, 'Take 7.wav out').click();
    await button(page, 'Convert 199 files').waitFor();
    await assertFits(page);
    assert.ok(asked.filter((path) => /plan|probe/.test(path)).length <= 3, asked.join(' '));
    await button(page, 'Clear').click();
    await page.getByText('Your files appear here').waitFor();
    assert.deepEqual(page.found, []);
  });

  it('says in words that a file has no sound, in its row and on its page', async () => {
    const user = await service.newGuest();
    const page = await browser.openAs(user, service.url());
    await choose(page, ['nothing.wav'], NO_SECONDS);
    await button(page, 'Convert 1 file').click();
    const link = page.getByRole('link', { name: 'Details of nothing.wav' });
    await link.waitFor();
    const [task] = await user.tasks();
    await user.settled(task?.id ?? 0);
    await page.locator('.row.failed, .row.processed').waitFor();
    await link.click();
    await page.locator('dialog table').first().waitFor();
    assert.doesNotMatch(await page.locator('body').innerText(), /NaN|Infinity|undefined|null|\[object/);
    await assertFits(page);
    assert.deepEqual(page.found, []);
  });

  it('shows names of any length and direction whole in a dialog, and cut in one line of a list', async () => {
    const viewport = { width: 375, height: 800 };
    const page = await browser.openAs(await service.newGuest(), service.url(), { viewport });
    await choose(page, [...Object.values(NAMES), `${'x'.repeat(251)}.wav`], await tone());
    await page.getByText('The name is longer than 200 bytes. Rename the file.').waitFor();
    await assertFits(page);
    await button(page, 'Convert 5 files').click();
    for (const name of Object.values(NAMES)) {
      await download(page, isolated(name)).waitFor();
      const box = await page.locator('.row .file-name', { hasText: name }).boundingBox();
      assert.ok(
        box && box.x >= 0 && box.x + box.width <= 375 && box.height < 40,
        `${name}: ${JSON.stringify(box)}`,
      );
    }
    await assertFits(page);
    for (const name of Object.values(NAMES)) {
      await page.getByRole('link', { name: `Details of ${isolated(name)}`, exact: true }).click();
      await page.getByRole('heading', { name, exact: true }).waitFor();
      await page.locator('dialog table').first().waitFor();
      await assertFits(page);
      await page.keyboard.press('Escape');
    }
    assert.deepEqual(page.found, []);
  });

  it('does not let a name turn the sentence that it stands in', async () => {
    const page = await browser.openAs(await service.newGuest(), service.url());
    await choose(page, [NAMES.turned, NAMES.arabic], await tone());
    await button(page, 'Convert 2 files').click();
    for (const name of [NAMES.turned, NAMES.arabic]) {
      await button(page, `Delete ${isolated(name)}`).click();
      const notice = page.locator('.notice', { hasText: name });
      await notice.waitFor();
      assert.ok(await isBehind(page, name, ' is deleted.'), name);
    }
    assert.deepEqual(page.found, []);
  });

  it('goes back and forward through its dialogs by the buttons of the browser', async () => {
    const user = await service.newUser();
    const task = await user.create({ name: 'a.wav', bytes: await tone() }, 'flac');
    const page = await browser.openAs(user, service.url());
    const heading = (name: string | RegExp) =>
      page.getByRole('dialog').getByRole('heading', { name, level: 2 });
    await page.getByRole('link', { name: 'Details of a.wav' }).click();
    await heading('a.wav').waitFor();
    assert.equal(new URL(page.url()).hash, `#tasks/${task.id}`);
    await button(page, 'Close').click();
    await page.getByRole('link', { name: /^user / }).click();
    await heading(/^user /).waitFor();
    await page.goBack();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.goBack();
    await heading('a.wav').waitFor();
    await page.goBack();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    for (const name of ['a.wav', undefined, /^user /]) {
      await page.goForward();
      await (name ? heading(name) : page.getByRole('dialog')).waitFor({
        state: name ? 'visible' : 'detached',
      });
    }
    assert.equal(await page.getByRole('dialog').count(), 1);
    assert.deepEqual(page.found, []);
  });

  it('keeps files, choices, filters and what is open when the language changes', async () => {
    const user = await service.newGuest();
    await user.create({ name: 'kept.wav', bytes: await tone() }, 'flac');
    const page = await browser.openAs(user, service.url());
    await page.getByLabel('Search by name').fill('kept');
    await choose(page, ['one.wav', 'two.wav'], await tone());
    await page.getByLabel('Format', { exact: true }).first().selectOption('ogg');
    await page.getByLabel('Format of two.wav').selectOption('wav');
    await page.getByText('More options').click();
    await page.getByLabel('Language').selectOption('es');
    await button(page, 'Convertir 2 archivos').waitFor();
    assert.equal(await page.getByLabel('Formato', { exact: true }).first().inputValue(), 'ogg');
    assert.equal(await page.getByLabel('Formato de two.wav').inputValue(), 'wav');
    assert.equal(await page.getByLabel('Buscar por nombre').inputValue(), 'kept');
    assert.ok(await page.locator('.wanted details[open]').count());
    await page.getByLabel('Idioma').selectOption('en');
    await button(page, 'Convert 2 files').waitFor();
    assert.equal(await page.locator('.row').count(), 1);
    assert.deepEqual(page.found, []);
  });

  for (const [name, viewport, fontSize] of [
    ['4K', { width: 3840, height: 2160 }, '100%'],
    ['a zoom of 200 % on a laptop', { width: 640, height: 400 }, '100%'],
    ['text of twice the size', { width: 1280, height: 800 }, '200%'],
    ['a small phone with large text', { width: 320, height: 640 }, '150%'],
  ] as const)
    it(`has nothing beside the window or its dialogs: ${name}`, async () => {
      const user = await service.newUser();
      const { id } = await user.convert({ name: 'wide.wav', bytes: await tone() }, 'mp3');
      const page = await browser.openAs(user, service.url(), { viewport });
      await page.evaluate(`document.documentElement.style.fontSize = '${fontSize}'`);
      await page.locator('.row.processed').waitFor();
      await assertFits(page);
      await choose(page, ['one.wav', 'two.wav'], await tone());
      await page.locator('.wanted summary').first().click();
      await assertFits(page);
      for (const place of [`tasks/${id}`, 'account', 'batches']) {
        await page.evaluate(`location.hash = '${place}'`);
        await page.locator('dialog header').waitFor();
        for (const summary of await page.locator('dialog summary').all()) await summary.click();
        await assertFits(page);
      }
      assert.deepEqual(page.found, []);
    });
});

/** Whether words of a notice stand to the right of the name before them, or on a later line. */
async function isBehind(page: Page, name: string, words: string): Promise<boolean> {
  const answer = await page.evaluate(
    `((name, words) => {
      const found = [...document.querySelectorAll('.notice div')].find(({ textContent }) => textContent.includes(name));
      const text = found.firstChild;
      const boxOf = (part) => {
        const range = document.createRange();
        const start = text.data.indexOf(part);
        range.setStart(text, start);
        range.setEnd(text, start + part.length);
        return range.getBoundingClientRect();
      };
      const [before, behind] = [boxOf(name), boxOf(words)];
      return behind.left >= before.right - 1 || behind.top >= before.bottom - 1;
    })(${JSON.stringify(name)}, ${JSON.stringify(words)})`,
  );
  return answer === true;
}
