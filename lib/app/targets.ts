import { createProcessCheck } from '../http/process-check.ts';
import { createHttp, type Router } from '../http/router.ts';
import { createClientAddress } from '../runtime/client-address.ts';
import { deferred } from '../runtime/deferred.ts';
import type { App } from './app.ts';

/** Routes of each function, loaded on demand: a function loads only its own. */
export const TARGETS = {
  auth: async (app: App) => [await authGroup(app)],
  tasks: (app: App) => taskGroups(app),
  site: async (app: App) => [await siteGroup(app)],
  uploaded: async ({ callers, uploaded }: App) => {
    const { uploadedRoute } = await import('../http/events/object-finalized.ts');
    return [uploadedRoute(callers, async (object) => (await uploaded())(object))];
  },
  convert: async ({ callers, conversions }: App) => {
    const { convertRoute } = await import('../http/events/conversion-messages.ts');
    return [convertRoute(callers, deferred(conversions))];
  },
  'dead-letter': async ({ callers, housekeeping }: App) => {
    const { deadLetterRoute } = await import('../http/events/conversion-messages.ts');
    return [deadLetterRoute(callers, deferred(housekeeping))];
  },
  sweep: async ({ callers, sweep }: App) => {
    const { sweepRoute } = await import('../http/events/sweep.ts');
    return [sweepRoute(callers, deferred(sweep))];
  },
} satisfies Record<string, (app: App) => Promise<Router[]>>;

export type TargetName = keyof typeof TARGETS;

/** One function's routes, with their errors. */
export async function createTarget(name: TargetName, app: App): Promise<Router> {
  return joined(app, await TARGETS[name](app));
}

/** All routes for callers, in one process. */
export async function createSite(app: App): Promise<Router> {
  return joined(app, [...(await called(app)), await siteGroup(app)]);
}

/** Every group of routes in the API's description, except the description itself. */
async function called(app: App): Promise<Router[]> {
  return [await authGroup(app), ...(await taskGroups(app))];
}

function joined(app: App, groups: readonly Router[]): Router {
  const { project, trustedProxies } = app.config;
  const http = createHttp(app.log, project, createClientAddress(trustedProxies));
  for (const group of groups) http.route('/', group);
  return http;
}

async function authGroup({ auth, tokens }: App): Promise<Router> {
  const { authRoutes } = await import('../http/routes/auth.ts');
  return authRoutes({ auth: deferred(auth), publicKeys: async () => (await tokens()).publicKeys });
}

async function taskGroups(app: App): Promise<Router[]> {
  const { waveforms, probes, workspaces, callers, config, engine } = app;
  const [auth, tasks] = [deferred(app.auth), deferred(app.tasks)];
  const routes = await loadTaskRoutes();
  const { limits } = config;
  const { formBytes } = limits;
  const formUploads = deferred(app.formUploads);
  const uploadSessions = deferred(app.uploadSessions);
  return [
    routes.formatRoutes(async () => (await engine()).formats, limits),
    routes.reportRoutes(callers, deferred(app.reports)),
    routes.downloadRoutes({ auth, tasks }),
    routes.waveformRoutes({ auth, waveforms }),
    routes.probeRoutes({ auth, probes, workspaces, formBytes }),
    routes.creationRoutes({ auth, formUploads, uploadSessions, formBytes }),
    routes.taskRoutes({ auth, tasks }),
    ...uploadGroup(app, routes.uploadRoutes),
  ];
}

/** The program receives large originals itself only if no bucket does. */
function uploadGroup({ resumableUploads, tokens }: App, uploadRoutes: UploadRoutes): Router[] {
  if (!resumableUploads) return [];
  const verifyUpload = async (token: string) => (await tokens()).verifyUpload(token);
  return [uploadRoutes({ resumableUploads: deferred(resumableUploads), tokens: { verifyUpload } })];
}

type UploadRoutes = typeof import('../http/routes/resumable-uploads.ts').uploadRoutes;

async function loadTaskRoutes() {
  const [formats, reports, downloads, waveforms, probe, creation, tasks, uploads] = await Promise.all([
    import('../http/routes/formats.ts'),
    import('../http/routes/worker-reports.ts'),
    import('../http/routes/downloads.ts'),
    import('../http/routes/waveforms.ts'),
    import('../http/routes/probe.ts'),
    import('../http/routes/create-task.ts'),
    import('../http/routes/tasks.ts'),
    import('../http/routes/resumable-uploads.ts'),
  ]);
  return {
    formatRoutes: formats.formatRoutes,
    reportRoutes: reports.reportRoutes,
    downloadRoutes: downloads.downloadRoutes,
    waveformRoutes: waveforms.waveformRoutes,
    probeRoutes: probe.probeRoutes,
    creationRoutes: creation.creationRoutes,
    taskRoutes: tasks.taskRoutes,
    uploadRoutes: uploads.uploadRoutes,
  };
}

async function siteGroup(app: App): Promise<Router> {
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
