import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Cage } from '../binaries.ts';
import { AppError } from '../errors.ts';
import { createRouter } from '../http.ts';
import type { Log } from '../log.ts';
import { json, problems } from './schemas.ts';

export interface SiteRouteParts {
  /** Every group of routes that the description is made from. */
  documented: () => Promise<OpenAPIHono[]>;
  /** What the service needs, by name; each throws while it does not answer. */
  checks: Readonly<Record<string, () => Promise<unknown>>>;
  /** What holds conversions within limits on this machine. */
  cage: () => Promise<Cage>;
  log: Log;
}

const READY = z.object({
  status: z.literal('ready'),
  limits: z.object({
    resources: z.boolean().openapi({ description: 'Memory, computing time, files: by prlimit.' }),
    parent: z.boolean().openapi({ description: 'A conversion dies with its process: by setpriv.' }),
  }),
});

const health = createRoute({
  method: 'get',
  path: '/health',
  summary: 'The process is up',
  responses: { 200: json(z.object({ status: z.literal('ok') }), 'Up.') },
});

const ready = createRoute({
  method: 'get',
  path: '/ready',
  summary: 'Database, storage and queue answer',
  responses: { 200: json(READY, 'Ready; and what limits conversions here.'), ...problems(503) },
});

/** Milliseconds that one check may take. */
const PATIENCE = 5000;

export function siteRoutes({ documented, checks, cage, log }: SiteRouteParts): OpenAPIHono {
  const router = createRouter();
  router.openapi(health, (c) => c.json({ status: 'ok' as const }, 200));
  router.openapi(ready, async (c) => {
    const failing = await failingChecks(checks, log);
    if (failing.length > 0) {
      throw new AppError('unavailable', `Not ready: ${failing.join(', ')} did not answer.`);
    }
    const { prlimit, setpriv } = await cage();
    const limits = { resources: prlimit !== undefined, parent: setpriv !== undefined };
    return c.json({ status: 'ready' as const, limits }, 200);
  });
  router.get('/openapi.json', async (c) => c.json(describe([...(await documented()), router])));
  router.get('/docs', (c) => c.html(PAGE, 200, { 'Content-Security-Policy': POLICY }));
  router.get('/docs/:asset', (c) => {
    const type = ASSETS[c.req.param('asset')];
    if (!type) throw new AppError('not_found', 'There is no such part of the documentation.');
    return c.body(asset(c.req.param('asset')), 200, { 'Content-Type': type });
  });
  return router;
}

async function failingChecks(checks: SiteRouteParts['checks'], log: Log): Promise<string[]> {
  const asked = Object.entries(checks).map(async ([name, check]) => {
    try {
      await Promise.race([check(), tooSlow()]);
      return [];
    } catch (error) {
      log.warn('Not ready', { part: name, error });
      return [name];
    }
  });
  return (await Promise.all(asked)).flat();
}

function tooSlow(): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new AppError('unavailable', 'No answer in time.')), PATIENCE).unref();
  });
}

function describe(groups: readonly OpenAPIHono[]): object {
  const all = new OpenAPIHono();
  for (const group of groups) all.route('/', group);
  all.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
  all.openAPIRegistry.registerComponent('securitySchemes', 'service', {
    type: 'apiKey',
    in: 'header',
    name: 'X-Service-Credential',
  });
  return all.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Tonemill', version: '1', description: 'Send audio, name a format, fetch the result.' },
    servers: [{ url: '/' }],
  });
}

const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'start.js': 'text/javascript; charset=utf-8',
};

const START = "SwaggerUIBundle({ url: '/openapi.json', dom_id: '#api', deepLinking: true });\n";

function asset(name: string): ReadableStream | string {
  if (name === 'start.js') return START;
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  return Readable.toWeb(createReadStream(join(folder, name))) as ReadableStream;
}

/** All that the page needs comes from this server; the interface styles itself inline. */
const POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'";

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Tonemill API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <main id="api"></main>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;
