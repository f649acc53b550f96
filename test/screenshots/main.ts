import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { makeSound } from '../support/audio.ts';
import { startProgram } from '../support/program.ts';
import { findProgram } from '../support/programs.ts';

/**
 * npm run screenshots: takes the pictures of README.md and docs/console.md from a running program, and all views in both
 * themes and in three widths into .build/screenshots, for people who change the console.
 */
const root = join(import.meta.dirname, '..', '..');

/** Looks by the name of their folder. */
const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  'docs/images': { viewport: { width: 1120, height: 840 }, locale: 'en-US' },
  '.build/screenshots/dark': { viewport: { width: 1280, height: 900 }, colorScheme: 'dark', locale: 'en-US' },
  '.build/screenshots/phone': { viewport: { width: 375, height: 760 }, locale: 'es-CO' },
  '.build/screenshots/phone-dark': {
    viewport: { width: 375, height: 760 },
    colorScheme: 'dark',
    locale: 'en-US',
  },
  '.build/screenshots/large': { viewport: { width: 3840, height: 2160 }, locale: 'es-CO' },
};

/** Views that the documents show. */
const SHOWN: ReadonlySet<string> = new Set(['convert', 'files', 'listening']);

const SOUNDS = ['Interview with the beekeeper.wav', 'Rain on the roof.wav', 'Waltz no. 3.wav'];

async function main(): Promise<void> {
  const executablePath = await findProgram('chromium');
  if (!executablePath) throw new Error('the screenshots need the program chromium');
  const data = await mkdtemp(join(tmpdir(), 'tonemill-screenshots-'));
  const files = await makeSounds(data);
  const program = await startProgram({
    PATH: process.env.PATH,
    PORT: '0',
    TONEMILL_DATA: join(data, 'data'),
  });
  const browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
  try {
    for (const [folder, look] of Object.entries(LOOKS)) {
      await mkdir(join(root, folder), { recursive: true });
      const context = await browser.newContext({ ...look, reducedMotion: 'reduce' });
      const page = await context.newPage();
      await page.goto(program.url);
      await visit(page, files, async (name) => {
        if (folder.startsWith('.build') || SHOWN.has(name))
          await page.screenshot({ path: join(root, folder, `console-${name}.png`) });
      });
      await context.close();
    }
  } finally {
    await browser.close();
    await program.end('SIGTERM');
    await rm(data, { recursive: true });
  }
}

async function makeSounds(folder: string): Promise<string[]> {
  const tags = ['-metadata', 'title=Waltz no. 3', '-metadata', 'artist=Ann Example'];
  return Promise.all(
    SOUNDS.map(async (name, index) => {
      const path = join(folder, name);
      const swell = `aevalsrc=0.4*sin(${300 + index * 90}*2*PI*t)*(0.2+abs(sin(t*${0.4 + index / 5}))):d=${20 + index * 31}:s=96000`;
      await makeSound(path, swell, ...(index === 2 ? tags : []));
      return path;
    }),
  );
}

/** Goes through all views as a guest does. */
async function visit(page: Page, files: string[], take: (name: string) => Promise<void>): Promise<void> {
  const dialog = page.locator('dialog');
  await page.locator('.hero').waitFor();
  await take('first');
  await page.locator('input[type=file]').first().setInputFiles(files);
  await page.locator('.staged li').nth(2).waitFor();
  await page.locator('option[value=flac]').first().waitFor({ state: 'attached' });
  await take('convert');
  await page.locator('details summary').first().click();
  await take('options');
  await page.locator('details summary').first().click();
  await page.locator('button[type=submit].main').click();
  await dialog.waitFor();
  await take('start');
  await dialog.locator('button.main').first().click();
  await page.locator('.row.processed').nth(2).waitFor();
  await page.mouse.move(0, 0);
  await take('files');
  await page.locator('.row.processed a').first().click();
  await dialog.locator('table').first().waitFor();
  await take('details');
  await dialog.locator('section button.quiet').first().click();
  await dialog.locator('.lane path[d^=M]').nth(2).waitFor({ state: 'attached' });
  await dialog.locator('.switch label').first().click();
  await dialog.locator('.lanes input').click({ position: { x: 130, y: 40 } });
  for (const handle of ['start', 'fadeIn']) {
    await dialog.locator(`.handle.${handle}`).focus();
    for (let presses = 0; presses < 6; presses++) await page.keyboard.press('Shift+ArrowRight');
  }
  await dialog.locator('.spectrogram button').click();
  await dialog.locator('.spectrum img').waitFor();
  await take('listening');
  await dialog.locator('form details summary').last().click();
  await dialog.locator('.tag-fields').scrollIntoViewIfNeeded();
  await take('details-tags');
  await dialog.locator('button[type=submit]').scrollIntoViewIfNeeded();
  await take('details-end');
  await page.goto(new URL('/#account', page.url()).href);
  await dialog.locator('.facts').waitFor();
  await take('account');
  for (const summary of await dialog.locator('summary').all()) await summary.click();
  await take('account-open');
  await visitDocs(page, page.url(), take);
}

async function visitDocs(page: Page, home: string, take: (name: string) => Promise<void>): Promise<void> {
  for (const [name, path, shown] of [
    ['guide', '/docs', '.code'],
    ['formats', '/docs/formats', '#format-mp3'],
    ['errors', '/docs/errors', '#not_found'],
    ['reference', '/docs/reference', '#createTask'],
    ['operation', '/docs/reference#createTask', '#createTask[open] .code'],
  ] as const) {
    await page.goto('about:blank');
    await page.goto(new URL(path, home).href);
    await page.locator(shown).first().waitFor();
    await take(`docs-${name}`);
  }
}

await main();
