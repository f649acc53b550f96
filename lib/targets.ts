import type { OpenAPIHono } from '@hono/zod-openapi';
import type { App } from './app.ts';
import { createHttp } from './http.ts';
import { authRoutes } from './routes/auth.ts';
import { creationRoutes } from './routes/creation.ts';
import { downloadRoutes } from './routes/downloads.ts';
import { formatRoutes } from './routes/formats.ts';
import { convertRoutes, deadLetterRoutes, reportRoutes, sweepRoutes } from './routes/internal.ts';
import { probeRoutes } from './routes/probe.ts';
import { siteRoutes } from './routes/site.ts';
import { taskRoutes } from './routes/tasks.ts';
import { uploadedRoutes } from './routes/uploaded.ts';
import { uploadRoutes } from './routes/uploads.ts';
import { waveformRoutes } from './routes/waveforms.ts';

/** The routes of one function each. */
export const TARGETS = {
  auth: (app: App) => [authGroup(app)],
  tasks: (app: App) => taskGroups(app),
  site: (app: App) => [siteGroup(app)],
  uploaded: ({ callers, uploaded, log }: App) => [uploadedRoutes({ callers, uploaded, log })],
  convert: ({ callers, conversions }: App) => [convertRoutes(callers, conversions)],
  'dead-letter': ({ callers, housekeeping }: App) => [deadLetterRoutes(callers, housekeeping)],
  sweep: ({ callers, sweep }: App) => [sweepRoutes(callers, sweep)],
} satisfies Record<string, (app: App) => OpenAPIHono[]>;

export type TargetName = keyof typeof TARGETS;

/** One function's routes, with their errors. */
export function createTarget(name: TargetName, app: App): OpenAPIHono {
  return joined(app, TARGETS[name](app));
}

/** What callers reach, in one process. */
export function createSite(app: App): OpenAPIHono {
  return joined(app, [authGroup(app), ...taskGroups(app), siteGroup(app)]);
}

function joined(app: App, groups: readonly OpenAPIHono[]): OpenAPIHono {
  const http = createHttp(app.log, app.config.project);
  for (const group of groups) http.route('/', group);
  return http;
}

function authGroup({ auth, tokens }: App): OpenAPIHono {
  return authRoutes({ auth, publicKeys: async () => (await tokens()).publicKeys });
}

function taskGroups(app: App): OpenAPIHono[] {
  const { auth, tasks, announcements, arrivals, tokens, engine, reports, callers, workspaces } = app;
  const { waveforms, probes } = app;
  const { limits } = app.config;
  const { formBytes } = limits;
  const creation = { auth, tasks, announcements, workspaces, formBytes };
  return [
    formatRoutes(async () => (await engine()).formats, limits),
    reportRoutes(callers, reports),
    downloadRoutes({ auth, tasks }) as unknown as OpenAPIHono,
    waveformRoutes({ auth, waveforms }) as unknown as OpenAPIHono,
    probeRoutes({ auth, probes, workspaces, formBytes }) as unknown as OpenAPIHono,
    creationRoutes(creation) as unknown as OpenAPIHono,
    taskRoutes({ auth, tasks }) as unknown as OpenAPIHono,
    ...(arrivals ? [uploadRoutes({ arrivals, tokens })] : []),
  ];
}

function siteGroup(app: App): OpenAPIHono {
  const { stores, originals, results, cage, log } = app;
  return siteRoutes({
    documented: [authGroup(app), ...taskGroups(app)],
    checks: {
      database: async () => (await stores()).knex.raw('select 1'),
      storage: () => Promise.all([originals.stat('ready'), results.stat('ready')]),
      queue: async () => (await stores()).queue.check(),
    },
    cage,
    log,
  });
}
