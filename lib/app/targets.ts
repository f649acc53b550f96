import type { OpenAPIHono } from '@hono/zod-openapi';
import { createProcessCheck } from '../http/process-check.ts';
import { createHttp } from '../http/router.ts';
import { createClientAddress } from '../runtime/client-address.ts';
import type { App } from './app.ts';

/** The routes of one function each, which are loaded when they are asked for: a function waits for its own and no others. */
export const TARGETS = {
  auth: async (app: App) => [await authGroup(app)],
  tasks: (app: App) => taskGroups(app),
  site: async (app: App) => [await siteGroup(app)],
  uploaded: async ({ callers, uploaded, log }: App) => {
    const { uploadedRoutes } = await import('../http/events/object-finalized.ts');
    return [uploadedRoutes({ callers, uploaded, log })];
  },
  convert: async ({ callers, conversions }: App) => {
    const { convertRoutes } = await import('../http/routes/worker-reports.ts');
    return [convertRoutes(callers, conversions)];
  },
  'dead-letter': async ({ callers, housekeeping }: App) => {
    const { deadLetterRoutes } = await import('../http/routes/worker-reports.ts');
    return [deadLetterRoutes(callers, housekeeping)];
  },
  sweep: async ({ callers, sweep }: App) => {
    const { sweepRoutes } = await import('../http/routes/worker-reports.ts');
    return [sweepRoutes(callers, sweep)];
  },
} satisfies Record<string, (app: App) => Promise<OpenAPIHono[]>>;

export type TargetName = keyof typeof TARGETS;

/** One function's routes, with their errors. */
export async function createTarget(name: TargetName, app: App): Promise<OpenAPIHono> {
  return joined(app, await TARGETS[name](app));
}

/** What callers reach, in one process. */
export async function createSite(app: App): Promise<OpenAPIHono> {
  return joined(app, [...(await called(app)), await siteGroup(app)]);
}

/** Every group that is described to callers, but for the description itself. */
async function called(app: App): Promise<OpenAPIHono[]> {
  return [await authGroup(app), ...(await taskGroups(app))];
}

function joined(app: App, groups: readonly OpenAPIHono[]): OpenAPIHono {
  const { project, trustedProxies } = app.config;
  const http = createHttp(app.log, project, createClientAddress(trustedProxies));
  for (const group of groups) http.route('/', group);
  return http;
}

async function authGroup({ auth, tokens }: App): Promise<OpenAPIHono> {
  const { authRoutes } = await import('../http/routes/auth.ts');
  return authRoutes({ auth, publicKeys: async () => (await tokens()).publicKeys });
}

async function taskGroups(app: App): Promise<OpenAPIHono[]> {
  const { auth, tasks, uploadSessions, resumableUploads, tokens, engine, reports, callers, workspaces } = app;
  const { waveforms, probes, formUploads } = app;
  const [
    { formatRoutes },
    { reportRoutes },
    { downloadRoutes },
    { waveformRoutes },
    { probeRoutes },
    { creationRoutes },
    { taskRoutes },
    { uploadRoutes },
  ] = await Promise.all([
    import('../http/routes/formats.ts'),
    import('../http/routes/worker-reports.ts'),
    import('../http/routes/downloads.ts'),
    import('../http/routes/waveforms.ts'),
    import('../http/routes/probe.ts'),
    import('../http/routes/create-task.ts'),
    import('../http/routes/tasks.ts'),
    import('../http/routes/resumable-uploads.ts'),
  ]);
  const { limits } = app.config;
  const { formBytes } = limits;
  const creation = { auth, formUploads, uploadSessions, formBytes };
  return [
    formatRoutes(async () => (await engine()).formats, limits),
    reportRoutes(callers, reports),
    downloadRoutes({ auth, tasks }) as unknown as OpenAPIHono,
    waveformRoutes({ auth, waveforms }) as unknown as OpenAPIHono,
    probeRoutes({ auth, probes, workspaces, formBytes }) as unknown as OpenAPIHono,
    creationRoutes(creation) as unknown as OpenAPIHono,
    taskRoutes({ auth, tasks }) as unknown as OpenAPIHono,
    ...(resumableUploads ? [uploadRoutes({ resumableUploads, tokens })] : []),
  ];
}

async function siteGroup(app: App): Promise<OpenAPIHono> {
  const { siteRoutes } = await import('../http/routes/docs-and-health.ts');
  const { stores, originals, results, sandbox, log } = app;
  return siteRoutes({
    documented: () => called(app),
    process: createProcessCheck(),
    checks: {
      database: async () => (await stores()).check(),
      storage: () => Promise.all([originals.check(), results.check()]),
      queue: async () => (await stores()).queue.check(),
    },
    sandbox,
    log,
  });
}
