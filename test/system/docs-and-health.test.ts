import assert from 'node:assert/strict';
import { z } from 'zod';
import { FORMATS } from '../../lib/audio/formats/formats.ts';
import { binaries } from '../support/audio.ts';
import { testService } from '../support/service.ts';

const DOCUMENT = z.object({
  openapi: z.string(),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        parameters: z.array(z.object({ name: z.string(), in: z.string() })).optional(),
        requestBody: z.unknown().optional(),
        responses: z.record(z.string(), z.unknown()),
      }),
    ),
  ),
});

const READY = z.looseObject({ notices: z.array(z.string()) });

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
  'post /api/plan',
  'post /api/verify',
  'post /api/batches/{id}/join',
  'get /health',
  'get /ready',
];

describe('The routes of the site', () => {
  const service = testService();
  const get = (path: string) => fetch(`${service.url()}${path}`);
  const script = async () => scriptOf(await (await get('/docs')).text());

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

  it('find no page of the documentation by the names that every object has', async () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'other.js', '%00']) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await fetch(`${service.url()}/docs/${name}`, { method });
        assert.equal(answer.status, 404, `${method} ${name}`);
      }
    }
  });

  it('send the documentation compressed as the client allows, each form with a tag of its own', async () => {
    for (const path of ['/docs', await script(), '/openapi.json']) {
      const tags = new Set<string | null>();
      let plain = 0;
      for (const [accepted, coding] of [
        ['identity', null],
        ['*', null],
        ['br;q=0, gzip;q=0', null],
        ['gzip, deflate', 'gzip'],
        ['gzip, deflate, br, zstd', 'br'],
        ['br;q=0, GZIP;q=0.5', 'gzip'],
      ] as const) {
        const init = { headers: { 'Accept-Encoding': accepted } };
        const whole = await fetch(`${service.url()}${path}`, init);
        const size = (await whole.arrayBuffer()).byteLength;
        plain ||= size;
        assert.equal(size, plain, `${path} ${accepted}`);
        assert.equal(whole.headers.get('content-encoding'), coding, accepted);
        assert.equal(whole.headers.get('vary'), 'Accept-Encoding');
        assert.match(
          whole.headers.get('cache-control') ?? '',
          /^no-cache$|^public, max-age=31536000, immutable$/,
        );
        tags.add(whole.headers.get('etag'));
        const head = await fetch(`${service.url()}${path}`, { ...init, method: 'HEAD' });
        for (const name of ['etag', 'content-length', 'content-type', 'content-encoding', 'cache-control']) {
          assert.equal(head.headers.get(name), whole.headers.get(name), `${path} ${name}`);
        }
      }
      assert.equal(tags.size, 3);
    }
  });

  it('answer 304 to a client that has the documentation already', async () => {
    for (const path of ['/docs', '/docs/reference', await script(), '/openapi.json']) {
      const etag = (await fetch(`${service.url()}${path}`, { method: 'HEAD' })).headers.get('etag') ?? '';
      for (const method of ['GET', 'HEAD']) {
        const answer = await fetch(`${service.url()}${path}`, { method, headers: { 'If-None-Match': etag } });
        assert.equal(answer.status, 304, `${method} ${path}`);
        assert.equal(answer.headers.get('etag'), etag);
        assert.equal(answer.headers.get('vary'), 'Accept-Encoding');
        assert.equal(await answer.text(), '');
      }
    }
  });

  it('document what a download says of its version, and what it answers to conditions', async () => {
    const { paths } = DOCUMENT.parse(await (await get('/openapi.json')).json());
    const RESPONSE = z.object({ headers: z.record(z.string(), z.unknown()) });
    for (const path of ['/api/tasks/{id}/original', '/api/tasks/{id}/result', '/api/download/{id}']) {
      const { parameters = [], responses } = paths[path]?.get ?? { responses: {} };
      const sent = parameters.filter((parameter) => parameter.in === 'header').map(({ name }) => name);
      assert.deepEqual(sent.sort(), [
        'if-match',
        'if-modified-since',
        'if-none-match',
        'if-range',
        'if-unmodified-since',
        'range',
      ]);
      for (const status of ['200', '206', '304']) {
        const { headers } = RESPONSE.parse(responses[status]);
        assert.ok('ETag' in headers && 'Last-Modified' in headers, `${path} ${status}`);
      }
      assert.ok('412' in responses && '416' in responses);
    }
  });

  it('list the cover in both forms that have an original', async () => {
    const FORM = z.object({ properties: z.record(z.string(), z.unknown()) });
    const SCHEMA = z.union([FORM, z.object({ $ref: z.string() })]);
    const BODY = z.object({ content: z.object({ 'multipart/form-data': z.object({ schema: SCHEMA }) }) });
    const document: unknown = await (await get('/openapi.json')).json();
    const { paths } = DOCUMENT.parse(document);
    const { components } = z
      .object({ components: z.object({ schemas: z.record(z.string(), z.unknown()) }) })
      .parse(document);
    for (const path of ['/api/tasks', '/api/convert']) {
      const { schema } = BODY.parse(paths[path]?.post?.requestBody).content['multipart/form-data'];
      const form =
        '$ref' in schema ? FORM.parse(components.schemas[schema.$ref.split('/').at(-1) ?? '']) : schema;
      assert.ok(form.properties.audio && form.properties.cover, path);
    }
  });

  it('say that the process is up, that its parts answer, and what confines conversions', async () => {
    assert.deepEqual(await (await get('/health')).json(), { status: 'ok' });
    const ready = await get('/ready');
    assert.equal(ready.status, 200);
    const { level, limitsResources, endsWithParent } = (await binaries()).sandbox;
    const limits = { resources: limitsResources, parent: endsWithParent };
    const weak = ['landlock', 'namespaces', 'bubblewrap'].includes(level) ? 0 : 1;
    const { notices, ...rest } = READY.parse(await ready.json());
    assert.deepEqual(rest, { status: 'ready', sandbox: level, limits });
    assert.equal(notices.length, weak, notices.join());
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

/** The address of the script of a page. */
function scriptOf(html: string): string {
  return /src="(\/assets\/docs-[^"]+)"/.exec(html)?.[1] ?? assert.fail(html);
}
