import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { createApp } from '../../lib/app/app.ts';
import { createSite } from '../../lib/app/targets.ts';
import { loadConfig } from '../../lib/config/config.ts';
import type { Router } from '../../lib/http/router.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { makeTone } from '../support/audio.ts';
import { apiDocument } from '../support/document.ts';
import { testService } from '../support/service.ts';

const PAGE = 'https://audio.example.org';
const OTHER = 'https://other.example.org';

/** Headers that every page may send or read (Fetch, "CORS-safelisted"), and those that no page of another origin may. */
const ALWAYS = new Set(['accept', 'last-modified', 'set-cookie']);
const OF_OWN_PAGES = 'x-session';

const HEADED = z.looseObject({ headers: z.record(z.string(), z.unknown()).default({}) });
const NAMED = z.looseObject({ name: z.string(), in: z.string() });

describe('Pages of other origins', () => {
  const siteWith = (env: NodeJS.ProcessEnv): Promise<Router> =>
    createSite(createApp(loadConfig({ TONEMILL_DATA: '/nowhere', ...env }), silentLog, 'cors'));
  let listed: Router;
  let open: Router;
  let closed: Router;
  let paths: [string, string[]][] = [];
  before(async () => {
    listed = await siteWith({ CORS_ORIGINS: `${PAGE},http://localhost:5173` });
    open = await siteWith({ CORS_ORIGINS: '*' });
    closed = await siteWith({});
    const document = await apiDocument();
    paths = Object.entries(document.paths).map(([path, methods]) => [path, Object.keys(methods)]);
  });

  const preflight = (site: Router, path: string, method: string, origin = PAGE, headers = 'authorization') =>
    site.request(path, {
      method: 'OPTIONS',
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': method,
        'Access-Control-Request-Headers': headers,
      },
    });
  const cors = ({ headers }: Response, name: string) => headers.get(`access-control-${name}`);
  const list = (text: string | null) => new Set((text ?? '').toLowerCase().split(/,\s*/));

  it('have their preflights answered on every route, without a token', async () => {
    for (const [path, methods] of paths)
      for (const method of methods.map((name) => name.toUpperCase())) {
        const answer = await preflight(listed, path.replaceAll(/\{\w+\}/g, '1'), method);
        assert.equal(answer.status, 204, path);
        assert.equal(cors(answer, 'allow-origin'), PAGE, path);
        assert.ok(list(cors(answer, 'allow-methods')).has(method.toLowerCase()), `${method} ${path}`);
        assert.equal(cors(answer, 'allow-credentials'), null);
        assert.equal(cors(answer, 'max-age'), '7200');
        assert.match(answer.headers.get('vary') ?? '', /Origin/);
      }
  });

  it('may send every header that a route reads, but not that of sessions in cookies', async () => {
    const document = z
      .looseObject({
        paths: z.record(
          z.string(),
          z.record(z.string(), z.looseObject({ parameters: z.array(NAMED).default([]) })),
        ),
      })
      .parse(await apiDocument());
    const read = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).flatMap(({ parameters }) => parameters.filter((one) => one.in === 'header')),
    );
    const allowed = list(cors(await preflight(listed, '/api/tasks', 'POST'), 'allow-headers'));
    const names = new Set(read.map(({ name }) => name.toLowerCase()));
    assert.deepEqual(names.difference(allowed).difference(ALWAYS), new Set([OF_OWN_PAGES]));
    for (const name of ['authorization', 'content-type', 'content-range', 'prefer'])
      assert.ok(allowed.has(name));
  });

  it('may read every header that a route sends', async () => {
    const document = z
      .looseObject({
        paths: z.unknown(),
        components: z.looseObject({ responses: z.record(z.string(), HEADED) }),
      })
      .parse(await apiDocument());
    const { success, data } = z
      .record(z.string(), z.record(z.string(), z.looseObject({ responses: z.record(z.string(), HEADED) })))
      .safeParse(document.paths);
    assert.ok(success);
    const answers = Object.values(data).flatMap((methods) =>
      Object.values(methods).flatMap(({ responses }) => Object.values(responses)),
    );
    const all = [...answers, ...Object.values(document.components.responses)];
    const sent = new Set(
      all.flatMap(({ headers }) => Object.keys(headers).map((name) => name.toLowerCase())),
    );
    assert.ok(sent.size > 5);
    const answer = await listed.request('/api/tasks', { headers: { Origin: PAGE } });
    const exposed = list(cors(answer, 'expose-headers'));
    assert.deepEqual(sent.difference(exposed).difference(ALWAYS), new Set());
    for (const name of ['link', 'location', 'range', 'preference-applied', 'allow'])
      assert.ok(exposed.has(name));
  });

  it('read errors as well: without a token, without a route, and of a method that is not there', async () => {
    for (const [method, path, status] of [
      ['GET', '/api/tasks', 401],
      ['POST', '/api/tasks', 401],
      ['GET', '/nothing', 404],
      ['DELETE', '/health', 405],
      ['GET', '/openapi.json', 200],
    ] as const) {
      const answer = await listed.request(path, { method, headers: { Origin: PAGE } });
      assert.equal(answer.status, status, path);
      assert.equal(cors(answer, 'allow-origin'), PAGE, path);
      assert.match(answer.headers.get('vary') ?? '', /Origin/, path);
    }
  });

  it('that are not listed get no right, and no shared cache gives them that of others', async () => {
    for (const origin of [OTHER, 'null', `${PAGE}.evil.org`, 'https://AUDIO.example.org', '*']) {
      const answer = await listed.request('/api/tasks', { headers: { Origin: origin } });
      assert.equal(cors(answer, 'allow-origin'), null, origin);
      assert.match(answer.headers.get('vary') ?? '', /Origin/);
      assert.equal(cors(await preflight(listed, '/api/tasks', 'GET', origin), 'allow-origin'), null, origin);
    }
    const without = await listed.request('/api/tasks');
    assert.equal(cors(without, 'allow-origin'), null);
    assert.match(without.headers.get('vary') ?? '', /Origin/);
  });

  it('may all call where * is set, with tokens and never with cookies', async () => {
    const answer = await open.request('/api/tasks', { headers: { Origin: OTHER } });
    assert.equal(cors(answer, 'allow-origin'), '*');
    assert.equal(cors(answer, 'allow-credentials'), null);
    assert.equal(cors(await preflight(open, '/api/tasks', 'POST', OTHER), 'allow-origin'), '*');
  });

  it('may not call by default, and OPTIONS is a method like any other', async () => {
    const answer = await closed.request('/api/tasks', { headers: { Origin: PAGE } });
    for (const name of ['allow-origin', 'expose-headers']) assert.equal(cors(answer, name), null);
    assert.equal((await preflight(closed, '/api/tasks', 'GET')).status, 405);
    assert.equal((await listed.request('/api/tasks', { method: 'OPTIONS' })).status, 405);
  });
});

describe('A page of another origin at a service', function () {
  this.timeout(60_000);
  const service = testService({ CORS_ORIGINS: PAGE });

  it('converts, downloads, listens and asks again', async () => {
    const user = await service.newUser();
    const tone = join(service.data(), 'tone.wav');
    await makeTone(tone, 1);
    const { id } = await user.convert({ name: 'a.wav', bytes: await readFile(tone) }, 'mp3');
    const ask = async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
      const stop = new AbortController();
      const init = { method, headers: { ...headers, Origin: PAGE }, signal: stop.signal };
      const answer = await user.fetch(path, init);
      assert.equal(answer.headers.get('access-control-allow-origin'), PAGE, path);
      assert.match(answer.headers.get('access-control-expose-headers') ?? '', /ETag/, path);
      if (!path.endsWith('events')) await answer.arrayBuffer();
      stop.abort();
      return answer;
    };
    const result = `/api/tasks/${id}/result`;
    const etag = (await ask(result)).headers.get('etag') ?? '';
    assert.equal((await ask(result, { 'If-None-Match': etag })).status, 304);
    assert.equal((await ask(result, { Range: 'bytes=0-9' })).status, 206);
    assert.equal((await ask(result, { Range: 'bytes=999999999-' })).status, 416);
    assert.equal((await ask(result, {}, 'HEAD')).status, 200);
    assert.equal((await ask('/api/events')).status, 200);
    assert.equal((await ask('/api/tasks/1000000')).status, 404);
    assert.equal((await ask('/api/tasks', { 'Idempotency-Key': '' }, 'POST')).status, 415);
  });
});
