import { isAdministrator } from '../accounts/administration.ts';
import type { Config } from '../config/config.ts';
import type { Conversions } from '../conversions/conversion.ts';
import type { Sweep } from '../housekeeping/sweep.ts';
import { afterChanges } from '../http/after-changes.ts';
import { createProcessCheck } from '../http/process-check.ts';
import { createRemoteUser, type RemoteUser } from '../http/remote-user.ts';
import { createHttp, type Router } from '../http/router.ts';
import type { AccountLimits } from '../http/schemas/limits.ts';
import { policiesOf } from '../limits/policies.ts';
import type { User } from '../ports/users.ts';
import { createClientAddress } from '../runtime/client-address.ts';
import { deferred } from '../runtime/deferred.ts';
import { lazy } from '../runtime/lazy.ts';
import type { App } from './app.ts';
import { openIdempotency } from './idempotency.ts';
import { transferHandler, WOKEN_AFTER_ONE, wakeTransfers } from './transfer-messages.ts';

/** Seconds for which a sweep begins deliveries, well below its interval. */
const DELIVERY_SECONDS = 60;

/** Routes of each function, loaded on demand: a function loads only its own. */
export const TARGETS = {
  auth: (app: App) => authGroups(app),
  tasks: (app: App) => taskGroups(app),
  site: async (app: App) => [await siteGroup(app), await consoleGroup(app)],
  api: (app: App) => publicGroups(app),
  uploaded: async ({ callers, uploaded }: App) => {
    const { uploadedRoute } = await import('../http/events/object-finalized.ts');
    return [uploadedRoute(callers, async (object) => (await uploaded())(object))];
  },
  convert: async ({ callers, conversions, stores, log }: App) => {
    const { convertRoute } = await import('../http/events/conversion-messages.ts');
    const handle: Conversions['handle'] = async (message) => {
      const outcome = await (await conversions()).handle(message);
      await wakeTransfers(stores, log, WOKEN_AFTER_ONE);
      return outcome;
    };
    return [convertRoute(callers, { handle })];
  },
  transfer: async ({ callers, stores, transfers, log }: App) => {
    const { transferRoute } = await import('../http/events/transfer-messages.ts');
    return [transferRoute(callers, transferHandler({ stores, transfers, log }))];
  },
  'dead-letter': async ({ callers, housekeeping }: App) => {
    const { deadLetterRoute } = await import('../http/events/conversion-messages.ts');
    const { deadTransferRoute } = await import('../http/events/transfer-messages.ts');
    return [deadTransferRoute(callers), deadLetterRoute(callers, deferred(housekeeping))];
  },
  sweep: async ({ callers, sweep, deliveries, stores, log }: App) => {
    const { sweepRoute } = await import('../http/events/sweep.ts');
    const { dueDeliveriesRoute } = await import('../http/events/due-deliveries.ts');
    const sendDue = async () => (await deliveries()).sendDue(DELIVERY_SECONDS);
    const run: Sweep['run'] = async (strays) => {
      const report = await (await sweep()).run(strays);
      await wakeTransfers(stores, log);
      await sendDue();
      return report;
    };
    return [dueDeliveriesRoute(callers, sendDue), sweepRoute(callers, { run })];
  },
} satisfies Record<string, (app: App) => Promise<Router[]>>;

export type TargetName = keyof typeof TARGETS;

/** Functions whose requests may end with deliveries that are due. */
const CHANGING: ReadonlySet<TargetName> = new Set([
  'tasks',
  'api',
  'uploaded',
  'convert',
  'transfer',
  'dead-letter',
  'sweep',
]);

/** One function's routes, with their errors. */
export async function createTarget(name: TargetName, app: App): Promise<Router> {
  const groups = [await metricsGroup(app), ...(await TARGETS[name](app))];
  return joined(app, groups, name !== 'site', CHANGING.has(name));
}

/** All routes for callers, in one process. */
export async function createSite(app: App): Promise<Router> {
  return joined(app, [await metricsGroup(app), ...(await publicGroups(app))], true, true);
}

/** Every group of routes for callers. */
async function publicGroups(app: App): Promise<Router[]> {
  return [...(await called(app)), await siteGroup(app), await consoleGroup(app)];
}

/** Every group of routes in the API's description, except the description itself. */
async function called(app: App): Promise<Router[]> {
  return [...(await authGroups(app)), ...(await taskGroups(app))];
}

/**
 * @param callsDatabase the function `site` reads no table, and so counts no requests
 * @param changesTasks whether requests may change tasks, which makes deliveries due
 */
function joined(app: App, groups: readonly Router[], callsDatabase: boolean, changesTasks: boolean): Router {
  const { project, trustedProxies, corsOrigins } = app.config;
  const http = createHttp(
    app.log,
    project,
    createClientAddress(trustedProxies),
    corsOrigins,
    callsDatabase ? app.requestLimits.ofAddress : undefined,
  );
  if (changesTasks && app.config.mode === 'functions') http.use(afterChanges(app.wakeDeliveries));
  for (const group of groups) http.route('/', group);
  return http;
}

async function authGroups(app: App): Promise<Router[]> {
  const { administrationRoutes } = await import('../http/routes/administration.ts');
  const { authRoutes } = await import('../http/routes/auth.ts');
  const { restoreRoutes } = await import('../http/routes/restore.ts');
  const { apiKeyRoutes } = await import('../http/routes/api-keys.ts');
  const { tokens, apiKeys, config } = app;
  const auth = deferred(app.auth);
  const idempotency = openIdempotency(app);
  const first = deferred(lazy(async () => (await import('./first-restore.ts')).createFirstRestore(app)));
  return [
    restoreRoutes({ first, workspaces: app.workspaces, guests: config.guests }),
    authRoutes({
      auth,
      publicKeys: async () => (await tokens()).publicKeys(),
      guests: config.guests,
      remoteUser: remoteUserOf(config),
    }),
    apiKeyRoutes({ auth, idempotency, apiKeys: deferred(apiKeys) }),
    administrationRoutes({
      auth,
      administration: deferred(app.administration),
      invitations: deferred(app.invitations),
    }),
  ];
}

async function taskGroups(app: App): Promise<Router[]> {
  const { waveforms, probes, plans, workspaces, callers, config, engine, log } = app;
  const { uploadPlaces, filePlaces: places } = app;
  const [auth, tasks, taskEvents] = [deferred(app.auth), deferred(app.tasks), deferred(app.taskEvents)];
  const routes = await loadTaskRoutes();
  const idempotency = openIdempotency(app);
  const { limits } = config;
  const { formBytes } = limits;
  const formUploads = deferred(app.formUploads);
  const uploadSessions = deferred(app.uploadSessions);
  const batches = deferred(app.batches);
  const webhooks = deferred(app.webhooks);
  // Cloud Run refuses an answer of more than 32 MiB whose length is declared, but streams any other.
  const declaresLength = config.mode !== 'functions';
  return [
    routes.formatRoutes(async () => (await engine()).formats, limits),
    routes.reportRoutes(callers, deferred(app.reports)),
    routes.downloadRoutes({ auth, tasks, log }),
    // Before the routes of `/api/tasks/:id`.
    routes.archiveRoutes({ auth, batches, archives: deferred(app.resultArchives), declaresLength, log }),
    routes.ticketRoutes({ auth }),
    routes.waveformRoutes({ auth, waveforms }),
    routes.analysisRoutes({ auth, loudness: app.loudness, fileViews: app.fileViews }),
    routes.chapterRoutes({ auth, tasks }),
    routes.probeRoutes({ auth, probes, workspaces, places, formBytes }),
    routes.planRoutes({ auth, plans, workspaces, places, formBytes }),
    routes.receiptRoutes({ auth, probes, workspaces, places, formBytes }),
    routes.creationRoutes({
      ...{ auth, idempotency, formUploads, uploadSessions, formBytes },
      places: uploadPlaces,
    }),
    routes.coverRoutes({ auth, covers: deferred(app.covers), fileViews: app.fileViews }),
    routes.convertRoutes({
      ...{ auth, idempotency, formUploads, tasks, taskEvents, formBytes },
      places: uploadPlaces,
    }),
    routes.eventRoutes({ auth, taskEvents }),
    routes.accountRoutes({ auth, account: deferred(app.account), tasks, ...accountLimits(app) }),
    routes.presetRoutes({ auth, idempotency, presets: deferred(app.presets) }),
    routes.webhookRoutes({ auth, idempotency, webhooks }),
    routes.deliveryRoutes({ auth, webhooks }),
    routes.taskRoutes({ auth, tasks, taskEvents, retention: deferred(app.retention) }),
    routes.batchRoutes({ auth, idempotency, batches, taskEvents, uploadSessions }),
    routes.joinRoutes({ auth, idempotency, joins: deferred(openJoins(app)) }),
    ...uploadGroup(app, routes.uploadRoutes),
  ];
}

function openJoins({ stores, batches, formUploads }: App) {
  return lazy(async () => {
    const { createJoins } = await import('../uploads/joins.ts');
    const { batches: batchStore, tasks: store } = await stores();
    return createJoins({ batches: await batches(), batchStore, store, formUploads: await formUploads() });
  });
}

/** The limits of each user, as callers see them. */
function accountLimits({ config, userLimits }: App) {
  const policies = policiesOf(config.quotas);
  const { resultBytes } = config.limits;
  return {
    isAdministrator: (user: User) => isAdministrator(user, config.adminEmails),
    async limitsOf(userId: number): Promise<{ limits: AccountLimits; group: string | null }> {
      const { group, requests, retentionDays, uploadBytes, durationSeconds, formats, ...quotas } =
        await userLimits.of(userId);
      const rates = Object.values({ ...policies, user: { ...policies.user, quota: requests } })
        .filter(({ quota }) => quota > 0)
        .map(({ name, quota, seconds }) => ({ policy: name, quota, seconds }));
      const retention = { days: retentionDays, maxDays: config.retention.maxDays };
      const sizes = { uploadBytes, resultBytes, durationSeconds };
      return { group, limits: { ...sizes, formats: formats && [...formats], quotas, rates, retention } };
    },
  };
}

/** Undefined where no proxy logs users in. */
function remoteUserOf({ remoteUserHeader, trustedProxies }: Config): RemoteUser | undefined {
  if (remoteUserHeader === undefined || typeof trustedProxies === 'number') return undefined;
  return createRemoteUser(remoteUserHeader, trustedProxies);
}

/** The program receives large originals itself only if no bucket does. */
function uploadGroup({ resumableUploads, tokens }: App, uploadRoutes: UploadRoutes): Router[] {
  if (!resumableUploads) return [];
  const verifyUpload = async (token: string) => (await tokens()).verifyUpload(token);
  return [uploadRoutes({ resumableUploads: deferred(resumableUploads), tokens: { verifyUpload } })];
}

type UploadRoutes = typeof import('../http/routes/resumable-uploads.ts').uploadRoutes;

async function loadTaskRoutes() {
  const [
    formats,
    reports,
    downloads,
    waveforms,
    chapters,
    probe,
    plans,
    receipts,
    creation,
    covers,
    tasks,
    uploads,
    events,
    convert,
    account,
    presets,
    webhooks,
    deliveries,
    batches,
    joins,
    archives,
    tickets,
    analyses,
  ] = await Promise.all([
    import('../http/routes/formats.ts'),
    import('../http/routes/worker-reports.ts'),
    import('../http/routes/downloads.ts'),
    import('../http/routes/waveforms.ts'),
    import('../http/routes/chapters.ts'),
    import('../http/routes/probe.ts'),
    import('../http/routes/plans.ts'),
    import('../http/routes/receipts.ts'),
    import('../http/routes/create-task.ts'),
    import('../http/routes/covers.ts'),
    import('../http/routes/tasks.ts'),
    import('../http/routes/resumable-uploads.ts'),
    import('../http/routes/events.ts'),
    import('../http/routes/convert.ts'),
    import('../http/routes/account.ts'),
    import('../http/routes/presets.ts'),
    import('../http/routes/webhooks.ts'),
    import('../http/routes/webhook-deliveries.ts'),
    import('../http/routes/batches.ts'),
    import('../http/routes/joins.ts'),
    import('../http/routes/result-archives.ts'),
    import('../http/routes/tickets.ts'),
    import('../http/routes/analyses.ts'),
  ]);
  return {
    formatRoutes: formats.formatRoutes,
    reportRoutes: reports.reportRoutes,
    downloadRoutes: downloads.downloadRoutes,
    waveformRoutes: waveforms.waveformRoutes,
    chapterRoutes: chapters.chapterRoutes,
    probeRoutes: probe.probeRoutes,
    planRoutes: plans.planRoutes,
    receiptRoutes: receipts.receiptRoutes,
    creationRoutes: creation.creationRoutes,
    coverRoutes: covers.coverRoutes,
    taskRoutes: tasks.taskRoutes,
    uploadRoutes: uploads.uploadRoutes,
    eventRoutes: events.eventRoutes,
    convertRoutes: convert.convertRoutes,
    accountRoutes: account.accountRoutes,
    presetRoutes: presets.presetRoutes,
    webhookRoutes: webhooks.webhookRoutes,
    deliveryRoutes: deliveries.deliveryRoutes,
    batchRoutes: batches.batchRoutes,
    joinRoutes: joins.joinRoutes,
    archiveRoutes: archives.archiveRoutes,
    ticketRoutes: tickets.ticketRoutes,
    analysisRoutes: analyses.analysisRoutes,
  };
}

async function siteGroup(app: App): Promise<Router> {
  const { siteRoutes } = await import('../http/routes/docs-and-health.ts');
  const { stores, originals, results, admission, sandbox, log } = app;
  return siteRoutes({
    documented: async () => [...(await called(app)), await metricsGroup(app)],
    process: createProcessCheck(),
    checks: {
      database: async () => (await stores()).check(),
      storage: () => Promise.all([originals.check(), results.check()]),
      queue: async () => (await stores()).queue.check(),
    },
    room: async () => (await admission()).mustHaveRoom(),
    sandbox,
    log,
  });
}

async function metricsGroup({ metrics, callers }: App): Promise<Router> {
  const { metricsRoutes } = await import('../http/routes/metrics.ts');
  return metricsRoutes(async () => (await metrics()).text(), callers);
}

async function consoleGroup({ config }: App): Promise<Router> {
  const { consoleRoutes } = await import('../http/routes/console.ts');
  const { guests, storage, remoteUserHeader } = config;
  const storageOrigin = storage.kind === 'gcs' ? originOfBuckets(storage.emulator) : undefined;
  const files = lazy(async () => {
    const { openConsole } = await import('./open-console.ts');
    return openConsole();
  });
  return consoleRoutes({ files, guests, signsOn: remoteUserHeader !== undefined, storageOrigin });
}

/** Origin of the URLs that Cloud Storage, or its stand-in, gives to clients. */
function originOfBuckets(emulator: string | undefined): string {
  return emulator === undefined ? 'https://storage.googleapis.com' : new URL(emulator).origin;
}
