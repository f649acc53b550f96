import { createRoute, z } from '@hono/zod-openapi';
import type { Sandbox } from '../../process/sandbox.ts';
import { AppError } from '../../runtime/errors.ts';
import type { Log } from '../../runtime/log.ts';
import { sharedRun, within } from '../../runtime/shared-run.ts';
import { memoryFile } from '../memory-file.ts';
import { createRouter, type Router } from '../router.ts';
import { json, problems } from '../schemas.ts';
import { DOCS } from './docs.ts';

export interface SiteRouteDependencies {
  /** All routers that the OpenAPI description covers. */
  documented: () => Promise<Router[]>;
  /** Throws `unavailable` while the process can open no files. */
  process: () => Promise<void>;
  /** Checks of the dependencies by name; each throws while its dependency does not answer. */
  checks: Readonly<Record<string, () => Promise<unknown>>>;
  /** Finds the programs that limit conversions on this machine. */
  sandbox: () => Promise<Sandbox>;
  log: Log;
}

const READY = z.object({
  status: z.literal('ready'),
  limits: z.object({
    resources: z
      .boolean()
      .openapi({ description: 'Whether prlimit limits memory, computing time and files.' }),
    parent: z
      .boolean()
      .openapi({ description: 'Whether setpriv ends a conversion together with its parent process.' }),
  }),
});

const health = createRoute({
  method: 'get',
  path: '/health',
  summary: 'The process runs and can open files',
  responses: { 200: json(z.object({ status: z.literal('ok') }), 'The process runs.'), ...problems(503) },
});

const ready = createRoute({
  method: 'get',
  path: '/ready',
  summary: 'Database, storage and queue answer',
  responses: { 200: json(READY, 'Ready, with the limits of conversions on this machine.'), ...problems(503) },
});

/** Time limit of one check in milliseconds. */
const PATIENCE = 5000;

export function siteRoutes({ documented, process, checks, sandbox, log }: SiteRouteDependencies): Router {
  const router = createRouter();
  const failingChecks = readiness({ process, ...checks }, log);
  const limitsHere = sharedRun(() => within(PATIENCE, sandbox()));
  router.openapi(health, async (c) => {
    await process();
    return c.json({ status: 'ok' as const }, 200);
  });
  router.openapi(ready, async (c) => {
    const failing = await failingChecks();
    if (failing.length > 0) {
      throw new AppError('unavailable', `Not ready: ${failing.join(', ')} did not answer.`);
    }
    const { prlimit, setpriv } = await limitsHere();
    const limits = { resources: prlimit !== undefined, parent: setpriv !== undefined };
    return c.json({ status: 'ready' as const, limits }, 200);
  });
  const description = memoryFile({
    load: async () => JSON.stringify(describe([...(await documented()), router])),
    headers: { 'Content-Type': 'application/json' },
    caching: 'no-cache',
  });
  router.get('/openapi.json', description);
  router.get('/docs', memoryFile(DOCS.page));
  const parts = new Map(Object.entries(DOCS.parts).map(([name, part]) => [name, memoryFile(part)]));
  router.get('/docs/:part', (c) => {
    const answer = parts.get(c.req.param('part'));
    if (!answer) throw new AppError('not_found', 'There is no such part of the documentation.');
    return answer(c);
  });
  return router;
}

/**
 * Runs all checks at once, each at most once at a time and within the time limit. Returns the names of failing checks.
 */
function readiness(checks: SiteRouteDependencies['checks'], log: Log): () => Promise<string[]> {
  const asking = Object.entries(checks).map(([name, check]) => {
    const bounded = sharedRun(() => within(PATIENCE, check()));
    return async () => {
      try {
        await bounded();
        return [];
      } catch (error) {
        log.warn('Not ready', { part: name, error });
        return [name];
      }
    };
  });
  return async () => (await Promise.all(asking.map((ask) => ask()))).flat();
}

function describe(groups: readonly Router[]): object {
  const all = createRouter();
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
