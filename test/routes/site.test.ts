import assert from 'node:assert/strict';
import { z } from 'zod';
import { FORMATS } from '../../lib/formats.ts';
import { binaries } from '../audio.ts';
import { testService } from '../service.ts';

const DOCUMENT = z.object({
  openapi: z.string(),
  paths: z.record(
    z.string(),
    z.record(z.string(), z.object({ responses: z.record(z.string(), z.unknown()) })),
  ),
});

/** The table of routes in DESIGN.md, as OpenAPI writes them. */
const ROUTES = [
  'post /api/auth/signup',
  'post /api/auth/login',
  'post /api/auth/refresh',
  'post /api/auth/logout',
  'get /.well-known/jwks.json',
  'post /api/tasks',
  'get /api/tasks',
  'get /api/tasks/{id}',
  'put /api/tasks/{id}',
  'delete /api/tasks/{id}',
  'get /api/tasks/{id}/original',
  'get /api/tasks/{id}/result',
  'get /api/tasks/{id}/waveform',
  'get /api/download/{id}',
  'post /api/tasks/{id}/processed',
  'get /api/formats',
  'post /api/probe',
  'get /health',
  'get /ready',
];

describe('The routes of the site', () => {
  const service = testService();
  const get = (path: string) => fetch(`${service.url()}${path}`);

  it('describe every route of the product as OpenAPI 3.1', async () => {
    const { openapi, paths } = DOCUMENT.parse(await (await get('/openapi.json')).json());
    assert.equal(openapi, '3.1.0');
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    assert.deepEqual(
      ROUTES.filter((route) => !described.includes(route)),
      [],
    );
  });

  it('show the documentation with nothing from elsewhere', async () => {
    const page = await get('/docs');
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    const html = await page.text();
    const sources = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    assert.ok(sources.length >= 3);
    for (const source of sources) {
      assert.ok(source.startsWith('/docs/'), source);
      assert.equal((await get(source)).status, 200, source);
    }
    assert.equal((await get('/docs/other.js')).status, 404);
  });

  it('say that the process is up, that its parts answer, and what limits conversions', async () => {
    assert.deepEqual(await (await get('/health')).json(), { status: 'ok' });
    const ready = await get('/ready');
    assert.equal(ready.status, 200);
    const { prlimit, setpriv } = (await binaries()).cage;
    const limits = { resources: prlimit !== undefined, parent: setpriv !== undefined };
    assert.deepEqual(await ready.json(), { status: 'ready', limits });
  });

  it('list the formats that can be made, and the limits', async () => {
    const body = await (await get('/api/formats')).json();
    const { formats, limits } = z
      .object({
        formats: z.array(z.object({ name: z.string(), mimeType: z.string(), extension: z.string() })),
        limits: z.object({ uploadBytes: z.int(), resultBytes: z.int(), durationSeconds: z.int() }),
      })
      .parse(body);
    assert.deepEqual(
      formats.map(({ name }) => name),
      FORMATS.map(({ name }) => name),
    );
    assert.equal(limits.uploadBytes, 2 ** 31);
  });

  it('answer 404 where there is nothing, and trust no type by its content', async () => {
    const answer = await get('/nothing');
    assert.equal(answer.status, 404);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  });
});
