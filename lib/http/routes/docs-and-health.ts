import { createRoute, z } from '@hono/zod-openapi';
import { LEVELS, type Sandbox, type SandboxLevel } from '../../process/sandbox.ts';
import { AppError, hasCode } from '../../runtime/errors.ts';
import type { Log } from '../../runtime/log.ts';
import { memoryFile } from '../memory-file.ts';
import { type Checks, failingChecks, patient } from '../readiness.ts';
import { createRouter, type Router } from '../router.ts';
import { json, problems } from '../schemas/responses.ts';

export interface SiteRouteDependencies {
  /** All routers that the OpenAPI description covers. */
  documented: () => Promise<Router[]>;
  /** Throws `unavailable` while the process can open no files. */
  process: () => Promise<void>;
  /** Checks of the dependencies by name; each throws while its dependency does not answer. */
  checks: Checks;
  /** Throws `insufficient_storage` while new originals are refused for it. */
  room: () => Promise<void>;
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
  notices: z.array(z.string()).openapi({
    description:
      'Sentences on what does not work as it should while requests are answered all the same: a disk that is nearly full, a weak sandbox.',
  }),
});

/** Openness of each level that keeps ffmpeg from less than a sandbox must. */
const OPEN: Partial<Record<SandboxLevel, string>> = {
  seccomp: 'sandbox: at level seccomp, nothing keeps ffmpeg from files of the service.',
  limits: 'sandbox: at level limits, nothing keeps ffmpeg from files of the service and from the network.',
};

/** Seconds after which a process may be ready. */
const LATER = 5;

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

export function siteRoutes(parts: SiteRouteDependencies): Router {
  const { documented, process, checks, room, sandbox, log } = parts;
  const router = createRouter();
  const sandboxHere = patient(sandbox);
  const failing = failingChecks({ process, ...checks, sandbox: sandboxHere }, log);
  const roomHere = patient(room);
  router.openapi(health, async (c) => {
    await process();
    return c.json({ status: 'ok' as const }, 200);
  });
  router.openapi(ready, async (c) => {
    const reasons = await failing();
    if (reasons.length > 0) {
      const sentence = `Not ready: ${reasons.join('; ')}.`;
      throw new AppError('unavailable', sentence, { retryAfter: LATER });
    }
    const { level, limitsResources, endsWithParent } = await sandboxHere();
    const limits = { resources: limitsResources, parent: endsWithParent };
    const notices = [...(await lackOf(roomHere)), OPEN[level]].filter((notice) => notice !== undefined);
    return c.json({ status: 'ready' as const, sandbox: level, limits, notices }, 200);
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

/** Sentence of a disk that is nearly full. */
async function lackOf(room: () => Promise<void>): Promise<string[]> {
  try {
    await room();
    return [];
  } catch (error) {
    if (hasCode(error, 'insufficient_storage')) return [`storage: ${error.message}`];
    throw error;
  }
}
