import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { createPasswords } from '../accounts/passwords.ts';
import { createRefreshTokens } from '../accounts/refresh-tokens.ts';
import { type Auth, createAuth } from '../accounts/sessions.ts';
import { createTokens, type Tokens } from '../accounts/tokens.ts';
import { type AudioEngine, createEngine } from '../audio/engine/engine.ts';
import { type Binary, findBinaries } from '../audio/ffmpeg/binaries.ts';
import { describeVersion } from '../audio/ffmpeg/program-version.ts';
import { MEMORY } from '../audio/ffmpeg/resource-limits.ts';
import type { Config } from '../config/config.ts';
import { type Conversions, createConversions } from '../conversions/conversion.ts';
import { createProbes, type Probes } from '../conversions/file-probe.ts';
import { createWaveforms, type Waveforms } from '../conversions/waveforms.ts';
import {
  type ImportCounts,
  type ImportDependencies,
  importFirstGeneration,
} from '../first-generation/import.ts';
import { createReports, type Reports } from '../first-generation/worker-reports.ts';
import { createSweep, type Sweep } from '../housekeeping/sweep.ts';
import { createCallerTokens, GOOGLE_KEYS } from '../http/google-id-tokens.ts';
import type { InternalCallers } from '../http/service-auth.ts';
import type { Clock } from '../ports/clock.ts';
import type { Housekeeping } from '../ports/housekeeping.ts';
import type { LeaseOptions } from '../ports/leases.ts';
import type { Storage } from '../ports/storage.ts';
import { findSandbox, type Sandbox } from '../process/sandbox.ts';
import { createSpawnHelper } from '../process/spawn-helper.ts';
import { createSpawner } from '../process/spawner.ts';
import { type Lazy, lazy } from '../runtime/lazy.ts';
import type { Log } from '../runtime/log.ts';
import { createWorkspaces, type Workspaces } from '../runtime/working-folders.ts';
import { createTasks, type Tasks } from '../tasks/tasks.ts';
import { createFormUploads, type FormUploads } from '../uploads/form-upload.ts';
import { createUploaded, type FinalizedObject, type Placement } from '../uploads/object-finalized.ts';
import { createResumableUploads, type ResumableUploads } from '../uploads/resumable-upload.ts';
import { cancelEnded, createUploadSessions, type UploadSessions } from '../uploads/upload-sessions.ts';
import type { Stores } from './open-database.ts';
import { openStorage } from './open-storage.ts';
import { serviceCredential, signingKeys } from './secrets.ts';

/** Every service, made when it is first asked for: a function pays only for what it uses. */
export interface App {
  config: Config;
  log: Log;
  workspaces: Workspaces;
  originals: Storage;
  results: Storage;
  stores: Lazy<Stores>;
  tokens: Lazy<Tokens>;
  callers: InternalCallers;
  housekeeping: Lazy<Housekeeping>;
  auth: Lazy<Auth>;
  engine: Lazy<AudioEngine>;
  sandbox: Lazy<Sandbox>;
  waveforms: Waveforms;
  probes: Probes;
  tasks: Lazy<Tasks>;
  uploadSessions: Lazy<UploadSessions>;
  formUploads: Lazy<FormUploads>;
  /** What receives large originals; undefined where a bucket does that itself. */
  resumableUploads: Lazy<ResumableUploads> | undefined;
  uploaded: Lazy<(object: FinalizedObject) => Promise<Placement>>;
  conversions: Lazy<Conversions>;
  sweep: Lazy<Sweep>;
  reports: Lazy<Reports>;
  /** Copies what the first generation keeps in the database `from`, a postgres:// URL. */
  importFirstGeneration(
    from: string,
    how: Pick<ImportDependencies, 'apply' | 'print'>,
  ): Promise<{ users: ImportCounts; tasks: ImportCounts }>;
  /** Throws `misconfigured` where a share is not mounted, or was never prepared. */
  checkStorage(): Promise<void>;
  /** Ends everything in order: conversions, queue, pool, database. */
  close(): Promise<void>;
  /** What can be done without waiting, for a process's exit handler. */
  closeNow(): void;
}

/** What is outside of the program, and another in tests; nothing in the environment can change it. */
export interface Surroundings {
  clock: Clock;
  /** Where the keys of callers' tokens are published. */
  callerKeys: URL;
  /** How long an attempt owns a task without a heartbeat, and how often one revision is tried. */
  lease: LeaseOptions;
}

const SURROUNDINGS: Surroundings = {
  clock: { now: () => new Date() },
  callerKeys: GOOGLE_KEYS,
  lease: { seconds: 60, attempts: 5 },
};

/**
 * The composition root: configuration to adapters to services; with lib/app/open-storage.ts and lib/app/open-database.ts, the only importer
 * of adapters.
 * @param worker who holds the leases of this process
 */
export function createApp(
  config: Config,
  log: Log,
  worker: string,
  surroundings: Partial<Surroundings> = {},
): App {
  const { clock, callerKeys, lease } = { ...SURROUNDINGS, ...surroundings };
  const workspaces = createWorkspaces(config.work);
  const { originals, results, adoption, uploadsFor, partials, check } = openStorage(config);
  const embedded = lazy(async () =>
    (await import('../adapters/embedded-postgres/shared-server.ts')).startEmbedded(
      join(config.data, 'postgres'),
    ),
  );
  const stores = lazy(async () =>
    (await import('./open-database.ts')).openDatabaseStores(config, log, lease, embedded),
  );
  const engine = lazy(() => findEngine(config, log));
  const sandbox = lazy(() => findSandbox(config.path, MEMORY));
  const tokens = lazy(async () =>
    createTokens(config.jwtPrivateKeys ?? (await signingKeys(config.data)), clock),
  );
  const credential = lazy(async () => config.serviceCredential ?? serviceCredential(config.data));
  const { oidc } = config;
  const callers: InternalCallers = {
    tokens: oidc && createCallerTokens({ ...oidc, keys: callerKeys, clock }),
    credential,
    log,
  };
  const files = { originals, results, workspaces };
  const { paused } = config;

  const passwords = createPasswords(availableParallelism());
  const auth = lazy(async () => {
    const { users, refreshTokens } = await stores();
    const parts = { users, passwords, refreshTokens: createRefreshTokens(refreshTokens, clock) };
    return createAuth({ ...parts, tokens: await tokens() });
  });
  const formats = async () => (await engine()).formats;
  const uploads = lazy(async () => uploadsFor(tokens));
  const cancelUploads = async () =>
    cancelEnded({ uploads: await uploads(), uploadStore: (await stores()).uploads, log });
  const { uploadBytes } = config.limits;

  const tasks = lazy(async () =>
    createTasks({ ...files, store: (await stores()).tasks, formats, cancelUploads }),
  );
  const formUploads = lazy(async () => {
    const { tasks: store, receivedBytes } = await stores();
    return createFormUploads({ tasks: await tasks(), store, receivedBytes, originals, workspaces, clock });
  });
  const uploadSessions = lazy(async () => {
    const { tasks: store, uploads: uploadStore } = await stores();
    const parts = { store, uploadStore, uploads: await uploads(), formats, uploadBytes, clock };
    return createUploadSessions({ ...parts, tasks: await tasks() });
  });
  const resumableUploads =
    partials &&
    lazy(async () => {
      const { tasks: store, uploads: uploadStore, receivedBytes } = await stores();
      const parts = { store, uploadStore, uploads: await uploads(), receivedBytes, partials, uploadBytes };
      return createResumableUploads({ ...parts, newWriter: randomUUID });
    });
  const uploaded = lazy(async () => {
    const { tasks: store, uploads: uploadStore } = await stores();
    const bucket = config.storage.kind === 'gcs' ? config.storage.originals : undefined;
    const parts = { store, uploadStore, uploads: await uploads(), originals, uploadBytes };
    return createUploaded({ ...parts, bucket, log });
  });
  const conversions = lazy(async () => {
    const { tasks, leases } = await stores();
    const { deadlineSeconds: deadline } = config;
    const { attempts } = lease;
    const parts = { ...files, tasks, leases, engine: await engine(), worker, paused, deadline, attempts };
    return createConversions({ ...parts, clock, log });
  });
  const housekeeping = lazy(async () => (await stores()).housekeeping);
  const sweep = lazy(async () => {
    const { tasks, housekeeping, uploads: uploadStore } = await stores();
    const parts = { ...files, housekeeping, tasks, uploadStore, uploaded, cancelUploads };
    return createSweep({ ...parts, paused, clock, log });
  });
  const reports = lazy(async () => {
    const { tasks, leases } = await stores();
    return createReports({ ...files, adoption, tasks, leases, engine });
  });

  const probes = createProbes(engine);
  const waveforms = createWaveforms({
    ...{ tasks, engine, results, workspaces },
    store: async () => (await stores()).tasks,
  });

  const services = {
    stores,
    tokens,
    callers,
    auth,
    engine,
    sandbox,
    waveforms,
    probes,
    tasks,
    formUploads,
    conversions,
    housekeeping,
    sweep,
    reports,
  };
  return {
    ...{
      config,
      log,
      workspaces,
      originals,
      results,
      uploadSessions,
      resumableUploads,
      uploaded,
      ...services,
    },
    async importFirstGeneration(from, how) {
      const { users, tasks, firstGenerationImport } = await stores();
      const to = { users, tasks, firstGenerationImport };
      const { withFirstGeneration } = await import('../adapters/database/first-generation.ts');
      return withFirstGeneration(from, (tables) =>
        importFirstGeneration({ ...files, ...to, ...how, passwords, adoption, engine, from: tables }),
      );
    },
    checkStorage: check,
    async close() {
      await (await conversions.made())?.stop();
      engine.value()?.killAll();
      await (await stores.made())?.close();
      await (await embedded.made())?.stop();
    },
    closeNow() {
      engine.value()?.killAll();
      embedded.value()?.stopSync();
    },
  };
}

async function findEngine(config: Config, log: Log): Promise<AudioEngine> {
  const { ffmpegPath, ffprobePath, path, limits, conversions } = config;
  const binaries = await findBinaries({ ffmpegPath, ffprobePath, path, fallback: true });
  log.info('Programs', { ffmpeg: named(binaries.ffmpeg), ffprobe: named(binaries.ffprobe) });
  for (const warning of binaries.warnings) log.warn(warning);
  const spawner = config.mode === 'functions' ? createSpawner() : createSpawnHelper();
  return createEngine({ binaries, limits, path, semaphore: pLimit(conversions), spawner });
}

function named(binary: Binary): string {
  return `${describeVersion(binary)}, ${binary.path}`;
}
