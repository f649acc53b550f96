import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { bundledConsole } from '../../lib/app/console-bundle.ts';
import { consoleService } from '../support/console-service.ts';
import { sendRaw } from '../support/raw.ts';
import { PROBLEM } from '../support/service.ts';

/** Most bytes of the first view, gzipped. */
const MOST = 80 * 1024;

describe('The files of the console', () => {
  const service = consoleService();
  const get = (path: string) => fetch(`${service.url()}${path}`);
  const parts = async () => {
    const html = await (await get('/')).text();
    return [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? '');
  };

  it('are a page that loads nothing from elsewhere, and allows no script and no style but its own', async () => {
    const page = await get('/');
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    assert.equal(page.headers.get('cache-control'), 'no-cache');
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/);
    assert.doesNotMatch(policy, /unsafe|https?:|\*/);
    assert.doesNotMatch(await page.text(), /<script>|<style|style="|\bon\w+=/);
  });

  it('never change under their names, so caches keep them for good', async () => {
    const found = await parts();
    assert.equal(found.length, 4);
    for (const path of found) {
      const answer = await get(path);
      assert.equal(answer.status, 200, path);
      assert.equal(answer.headers.get('cache-control'), 'public, max-age=31536000, immutable');
      assert.match(answer.headers.get('etag') ?? '', /^"[\w-]+"$/);
      assert.match(path, /-[A-Z0-9]{8}\.(js|css|svg)$/);
    }
  });

  it('take at most 80 KiB for the first view, with the parts that it imports at once', async () => {
    const loaded = new Map<string, number>();
    const load = async (path: string): Promise<void> => {
      if (loaded.has(path)) return;
      loaded.set(path, 0);
      const bytes = await (await get(path)).bytes();
      loaded.set(path, gzipSync(bytes).byteLength);
      const imports = Buffer.from(bytes)
        .toString()
        .matchAll(/(?:from|import)"(?:\.|\/assets)\/(part-\w+\.js)"/g);
      for (const [, name] of imports) await load(`/assets/${name}`);
    };
    for (const path of await parts()) await load(path);
    const sum = [...loaded.values()].reduce((total, size) => total + size, 0);
    assert.ok(loaded.size > 4 && sum > 10_000 && sum < MOST, `${sum} bytes`);
  });

  it('are bundled once a process, under the same names each time', async () => {
    const names = (await bundledConsole()).map(({ name }) => `/assets/${name}`);
    for (const path of await parts()) assert.ok(names.includes(path), path);
  });

  it('are not found by other names, which get an error as JSON', async () => {
    for (const name of ['main.js', 'constructor', '__proto__', '..%2f..%2fpackage.json', '%00']) {
      const answer = await get(`/assets/${name}`);
      assert.equal(answer.status, 404, name);
      assert.equal(PROBLEM.parse(await answer.json()).code, 'not_found');
    }
    assert.equal((await get('/api/none')).headers.get('content-type'), 'application/problem+json');
  });

  it('offer the way of guests only on this machine', async () => {
    assert.match(await (await get('/')).text(), /<body data-guests>/);
    const elsewhere = await sendRaw(service.url(), {
      target: '/',
      headers: ['X-Forwarded-For: 203.0.113.7'],
    });
    assert.equal(elsewhere.status, 200);
    assert.match(elsewhere.body, /<body>/);
  });
});
