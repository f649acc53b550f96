import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { WARNINGS } from '../../lib/audio/media/warnings.ts';
import { EXAMPLES, example, NO_KEY } from '../../lib/console/docs/examples.ts';
import { FAILURE_CODES } from '../../lib/runtime/errors.ts';
import { makeTone } from '../support/audio.ts';
import { apiDocument, operationsOf } from '../support/document.ts';
import { temporaryFolder } from '../support/folders.ts';
import { testService } from '../support/service.ts';
import { testPages } from '../support/watched-page.ts';

const run = promisify(execFile);

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const PATHS = ['/docs', '/docs/formats', '/docs/errors', '/docs/reference'];

/** Most bytes of a page, gzipped. */
const MOST = 80 * 1024;

const NARROW = { width: 375, height: 760 };
const WIDE = { width: 1280, height: 900 };

describe('The documentation', function () {
  this.timeout(60_000);
  const service = testService();
  const browser = testPages();
  const text = (page: Page) => page.locator('main').innerText();

  it('is a guide whose examples have the address of the reader, and are copied as they stand', async () => {
    const page = await browser.open(`${service.url()}/docs`, {
      permissions: ['clipboard-write', 'clipboard-read'],
    });
    await page.getByRole('heading', { name: 'Convert from a program' }).waitFor();
    const shown = await page.locator('.code code').allInnerTexts();
    const expected = Object.keys(EXAMPLES).map((name) => example(name as 'key', service.url(), NO_KEY));
    assert.deepEqual(shown.toSorted(), expected.toSorted());
    await page.getByRole('button', { name: 'Copy: In a shell' }).click();
    await page.getByText('Copied').waitFor();
    assert.equal(
      await page.evaluate('navigator.clipboard.readText()'),
      example('convert', service.url(), NO_KEY),
    );
    assert.deepEqual(page.found, []);
  });

  it('makes a key for the examples of a reader who is logged in', async () => {
    const user = await service.newUser();
    const page = await browser.open(`${service.url()}/docs`);
    await page.getByRole('link', { name: 'Log in' }).first().click();
    await page.getByLabel('Email').fill(user.email);
    await page.getByLabel('Password').fill('correct horse');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('link', { name: 'API', exact: true }).click();
    await page.getByRole('button', { name: 'Make a key for these examples' }).click();
    const line = await page.locator('.code code', { hasText: /^export TONEMILL_KEY=tm_\w{49}$/ }).innerText();
    const key = line.split('=')[1] ?? '';
    const answer = await fetch(`${service.url()}/api/tasks`, { headers: { Authorization: `Bearer ${key}` } });
    assert.equal(answer.status, 200);
    await page.reload();
    await page.getByRole('button', { name: 'Make a key for these examples' }).waitFor();
    assert.ok(!(await text(page)).includes(key));
    assert.deepEqual(page.found, []);
  });

  it('lists the formats of this service with links to their options, and its limits', async () => {
    const page = await browser.open(`${service.url()}/docs/formats`);
    const answer = await fetch(`${service.url()}/api/formats`);
    const { formats } = z.object({ formats: z.array(z.unknown()) }).parse(await answer.json());
    await page.locator('#format-mp3').waitFor();
    assert.equal(await page.locator('[id^=format-]').count(), formats.length);
    await page.locator('#format-flac').getByRole('link', { name: 'compressionLevel' }).click();
    assert.match(page.url(), /#option-compressionLevel$/);
    assert.match(await page.locator('#option-compressionLevel').innerText(), /Only for flac, /);
    assert.match(await page.locator('#limits').innerText(), /Largest file\s+2\.1 GB/);
    assert.deepEqual(page.found, []);
  });

  it('says what is missing where the formats do not come', async () => {
    const page = await browser.open(`${service.url()}/openapi.json`);
    await page.route('**/api/formats', (route) => route.fulfill({ status: 404, json: {} }));
    await page.goto(`${service.url()}/docs/formats`);
    await page.getByRole('alert').getByText('The formats did not come.').waitFor();
  });

  it('has every code of an error, a failure and a warning, each with sentences', async () => {
    const page = await browser.open(`${service.url()}/docs/errors#idempotency_key_reused`);
    await page.locator('#idempotency_key_reused').waitFor();
    const cells = await page.locator('.codes td').allInnerTexts();
    assert.ok(cells.every((cell) => cell.trim() !== ''));
    assert.equal(await page.locator('[id^=failure-]').count(), FAILURE_CODES.size);
    assert.equal(await page.locator('[id^=warning-]').count(), Object.keys(WARNINGS).length);
    assert.match(await page.locator('#idempotency_key_reused').innerText(), /422/);
    assert.equal(await page.locator('#not_audio').count(), 0);
    assert.equal(await page.locator('#too_large, #failure-too_large').count(), 2);
    assert.deepEqual(page.found, []);
  });

  it('has every route with an anchor, which opens it, and finds routes by words', async () => {
    const page = await browser.open(`${service.url()}/docs/reference#createTask`);
    const open = page.locator('#createTask[open]');
    await open.getByText('multipart/form-data').waitFor();
    assert.match(await open.locator('.code code').innerText(), /^curl -s -X POST 'http\S+\/api\/tasks' /);
    const operations = operationsOf(await apiDocument());
    for (const [route, { operationId }] of operations)
      assert.equal(await page.locator(`#${operationId}`).count(), 1, route);
    await open.getByRole('link', { name: 'TaskForm' }).click();
    await page.locator('#schema-TaskForm[open]').getByText('cover', { exact: true }).waitFor();
    await page.getByLabel('Search routes').fill('waveform');
    await page.getByText('Routes found: 1').waitFor();
    await page.locator('#getWaveform summary').focus();
    await page.keyboard.press('Enter');
    await page.locator('#getWaveform[open]').getByText('Parameters').waitFor();
    assert.match(page.url(), /#getWaveform$/);
    assert.deepEqual(page.found, []);
  });

  it('shows every route opened, without an error', async () => {
    const page = await browser.open(`${service.url()}/docs/reference`);
    await page.locator('#listFormats').waitFor();
    await page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })");
    const operations = operationsOf(await apiDocument());
    await page.waitForFunction(
      `document.querySelectorAll('.operation .code').length === ${operations.length}`,
    );
    assert.deepEqual(page.found, []);
  });

  it('speaks Spanish, and keeps the language and the colours of the console', async () => {
    const page = await browser.open(`${service.url()}/`, { locale: 'es-CO' });
    await page.getByLabel('Colores').selectOption('dark');
    await page.getByRole('link', { name: 'API', exact: true }).click();
    await page.getByRole('heading', { name: 'Convertir desde un programa' }).waitFor();
    assert.equal(await page.title(), 'Guía - Tonemill');
    assert.equal(await page.evaluate('document.documentElement.dataset.theme'), 'dark');
    await page.getByLabel('Idioma').selectOption('en');
    await page.getByRole('link', { name: 'Errors' }).click();
    await page.getByRole('heading', { name: 'Errors and warnings' }).waitFor();
    assert.deepEqual(page.found, []);
  });

  for (const address of ['/docs', '/docs/formats', '/docs/errors', '/docs/reference#createTask']) {
    it(`has no fault that axe-core finds, and fits a phone: ${address}`, async () => {
      for (const [colorScheme, viewport] of [
        ['light', NARROW],
        ['dark', WIDE],
      ] as const) {
        const page = await browser.open(`${service.url()}${address}`, {
          colorScheme,
          viewport,
          bypassCSP: true,
        });
        await page.locator('main section').nth(2).waitFor();
        if (address.includes('#')) await page.locator('#createTask[open] .code').waitFor();
        const tooWide = 'document.documentElement.scrollWidth > innerWidth';
        assert.equal(await page.evaluate(tooWide), false);
        await page.addScriptTag({ path: AXE });
        const found = await page.evaluate(
          'axe.run().then(({ violations }) => violations.map(({ id }) => id))',
        );
        assert.deepEqual(found, []);
      }
    });
  }
});

describe('The files of the documentation', () => {
  const service = testService();
  const get = (path: string) => fetch(`${service.url()}${path}`);
  const parts = async (path: string) =>
    [...(await (await get(path)).text()).matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(
      ([, part = '']) => part,
    );

  it('are pages that load nothing from elsewhere, and allow no script and no style but its own', async () => {
    for (const path of PATHS) {
      const page = await get(path);
      assert.equal(page.headers.get('cache-control'), 'no-cache');
      const policy = page.headers.get('content-security-policy') ?? '';
      assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/);
      assert.doesNotMatch(policy, /unsafe|https?:|\*/);
      assert.doesNotMatch(await page.text(), /<script>|<style|style="|\bon\w+=/);
    }
  });

  it('keep their names for good, and take at most 80 KiB for a page', async () => {
    for (const path of PATHS) {
      let sum = 0;
      for (const part of await parts(path)) {
        const answer = await get(part);
        assert.equal(answer.headers.get('cache-control'), 'public, max-age=31536000, immutable');
        sum += gzipSync(await answer.bytes()).byteLength;
      }
      assert.ok(sum > 10_000 && sum < MOST, `${path}: ${sum} bytes`);
    }
    const reference = (await parts('/docs/reference')).find(
      (part) => part.includes('reference') && part.endsWith('.js'),
    );
    assert.ok(reference && !(await parts('/docs')).includes(reference));
  });
});

describe('The examples of the guide', () => {
  const service = testService();
  const folder = temporaryFolder();

  it('run in their order, from an account to the results', async () => {
    await makeTone(join(folder(), 'song.wav'), 2);
    const shell = (name: keyof typeof EXAMPLES) => example(name, service.url(), '$TONEMILL_KEY');
    const script = (Object.keys(EXAMPLES) as (keyof typeof EXAMPLES)[]).flatMap((name) => [
      `echo "== ${name}"`,
      // A stream has no end, and curl leaves it with the code of a time-out.
      name === 'events' ? `${shell(name)} || [ $? = 28 ]` : shell(name),
    ]);
    const fetched = script.findIndex((line) => line.startsWith('import '));
    script[fetched] = `"$NODE" --input-type=module -e '${script[fetched]?.replaceAll("'", '"')}'`;
    // The key comes from the example after it.
    const command = `tonemill() { "$NODE" '${resolve('lib/cli/main.ts')}' "$@"; }`;
    const bash = ['set -eu -o pipefail', command, 'TONEMILL_KEY=tm_none', ...script].join('\n');
    const env = { ...process.env, NODE: process.execPath, HOME: folder() };
    const { stdout } = await run('bash', ['-c', bash], { cwd: folder(), env });
    const output = new Map(stdout.split('== ').map((part) => [part.split('\n')[0] ?? '', part]));
    const file = async (name: string) => (await readFile(join(folder(), name))).toString('latin1', 0, 40);
    assert.equal((await file('song.mp3')).slice(0, 3), 'ID3');
    assert.match(await file('song.opus'), /^OggS.*OpusHead/s);
    assert.equal((await file('song.flac')).slice(0, 4), 'fLaC');
    assert.match(await file(join('converted', 'song.opus')), /^OggS.*OpusHead/s);
    assert.equal((await file('album.zip')).slice(0, 2), 'PK');
    assert.match(output.get('create') ?? '', /"state":"PROCESSED"/);
    assert.match(output.get('options') ?? '', /"convertedExt":"m4a"/);
    assert.match(output.get('upload') ?? '', /"message":"The file is complete."/);
    assert.match(output.get('status') ?? '', /^HTTP\/1.1 200/m);
    assert.match(output.get('batch') ?? '', /"ended":true/);
    assert.match(output.get('events') ?? '', /^event: /m);
    assert.match(output.get('repeat') ?? '', /"message":"The task is created."/);
    assert.match(output.get('probe') ?? '', /"codec":"pcm_s16le"/);
  });
});
