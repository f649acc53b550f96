import { createRoute, z } from '@hono/zod-openapi';
import { LEVELS, type Sandbox } from '../../process/sandbox.ts';
import { AppError, hasCode } from '../../runtime/errors.ts';
import type { Log } from '../../runtime/log.ts';
import { sharedRun, within } from '../../runtime/shared-run.ts';
import { memoryFile } from '../memory-file.ts';
import { createRouter, type Router } from '../router.ts';
import { json, problems } from '../schemas/responses.ts';

export interface SiteRouteDependencies {
  /** All routers that the OpenAPI description covers. */
  documented: () => Promise<Router[]>;
  /** Throws `unavailable` while the process can open no files. */
  process: () => Promise<void>;
  /** Checks of the dependencies by name; each throws while its dependency does not answer. */
  checks: Readonly<Record<string, () => Promise<unknown>>>;
  /** Finds what confines conversions on this machine. */
  sandbox: () => Promise<Sandbox>;
  log: Log;
}

const READY = z.object({
  status: z.literal('ready'),
  sandbox: z.enum(LEVELS).openapi({
    description:
      'What confines ffmpeg on this machine. The first three stop files and network; `seccomp` stops the network, `limits` neither.',
  }),
  limits: z.object({
    resources: z.boolean().openapi({ description: 'Whether memory, computing time and files are limited.' }),
    parent: z
      .boolean()
      .openapi({ description: 'Whether a conversion ends together with its parent process.' }),
  }),
});

const health = createRoute({
  method: 'get',
  path: '/health',
  operationId: 'checkHealth',
  summary: 'The process runs and can open files',
  responses: { 200: json(z.object({ status: z.literal('ok') }), 'The process runs.'), ...problems(503) },
});

const ready = createRoute({
  method: 'get',
  path: '/ready',
  operationId: 'checkReadiness',
  summary: 'Database, storage and queue answer',
  responses: {
    200: json(READY, 'Ready, with the sandbox and the limits of conversions on this machine.'),
    ...problems(503),
  },
});

/** Time limit of one check in milliseconds. */
const PATIENCE = 5000;

export function siteRoutes({ documented, process, checks, sandbox, log }: SiteRouteDependencies): Router {
  const router = createRouter();
  const failingChecks = readiness({ process, ...checks }, log);
  const sandboxHere = sharedRun(() => within(PATIENCE, sandbox()));
  router.openapi(health, async (c) => {
    await process();
    return c.json({ status: 'ok' as const }, 200);
  });
  router.openapi(ready, async (c) => {
    const failing = await failingChecks();
    if (failing.length > 0) {
      throw new AppError('unavailable', `Not ready: ${failing.join('; ')}.`);
    }
    const { level, limitsResources, endsWithParent } = await sandboxHere();
    const limits = { resources: limitsResources, parent: endsWithParent };
    return c.json({ status: 'ready' as const, sandbox: level, limits }, 200);
  });
  const description = memoryFile({
    load: async () => {
      const { apiDocument } = await import('../document.ts');
      return JSON.stringify(apiDocument([...(await documented()), router]));
    },
    headers: { 'Content-Type': 'application/json' },
    caching: 'no-cache',
  });
  router.get('/openapi.json', description);
  return router;
}

/**
 * Runs all checks at once, each at most once at a time and within the time limit. Returns the names of failing checks, with
 * their reasons as far as those are for callers.
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
        return [hasCode(error, 'unavailable') ? `${name}: ${error.message}` : `${name} did not answer`];
      }
    };
  });
  return async () => (await Promise.all(asking.map((ask) => ask()))).flat();
}
