import { join } from 'node:path';
import type { Knex } from 'knex';
import { type Auth, createAuth } from './auth.ts';
import { findBinaries } from './binaries.ts';
import type { Config } from './config.ts';
import { type Conversions, createConversions } from './conversion.ts';
import { migrate, openDatabase } from './db/database.ts';
import { type EmbeddedServer, startEmbedded } from './db/embedded.ts';
import { createHousekeeping } from './db/housekeeping.ts';
import { createLeaseStore } from './db/leases.ts';
import { createTaskStore } from './db/tasks.ts';
import { createRefreshTokenStore, createUserStore } from './db/users.ts';
import { type AudioEngine, createEngine } from './engine.ts';
import { type Lazy, lazy } from './lazy.ts';
import type { Log } from './log.ts';
import type { Clock, LeaseStore, Queue, Storage, TaskStore } from './ports.ts';
import { createPostgresQueue } from './queue/postgres.ts';
import { createReports, type Reports } from './reports.ts';
import { serviceCredential, signingKeys } from './secrets.ts';
import { createFolderStorage } from './storage/nfs.ts';
import { createSweep, type Sweep } from './sweep.ts';
import { createTasks, type Tasks } from './tasks.ts';
import { createTokens, type Tokens } from './tokens.ts';
import { createWorkspaces, type Workspaces } from './workspace.ts';

/** Seconds of a lease, of which 15 heartbeats may fail; and how often one revision is tried. */
const LEASE = { seconds: 60, attempts: 5 };

/** Connections of the queue, besides the one that listens. */
const QUEUE_POOL = 4;

/** What the database holds, once it is there. */
interface Stores {
  knex: Knex;
  queue: Queue;
  tasks: TaskStore;
  leases: LeaseStore;
}

/** Every service, made when it is first asked for: a function pays only for what it uses. */
export interface App {
  config: Config;
  log: Log;
  workspaces: Workspaces;
  originals: Storage;
  results: Storage;
  stores: Lazy<Stores>;
  tokens: Lazy<Tokens>;
  credential: Lazy<string>;
  auth: Lazy<Auth>;
  engine: Lazy<AudioEngine>;
  tasks: Lazy<Tasks>;
  conversions: Lazy<Conversions>;
  sweep: Lazy<Sweep>;
  reports: Lazy<Reports>;
  /** Ends everything in order: conversions, queue, pool, database. */
  close(): Promise<void>;
  /** What can be done without waiting, for a process's exit handler. */
  closeNow(): void;
}

/**
 * The composition root: configuration to adapters to services; the only importer of adapters.
 * @param worker who holds the leases of this process
 */
export function createApp(config: Config, log: Log, worker: string): App {
  const clock: Clock = { now: () => new Date() };
  const workspaces = createWorkspaces(config.work);
  const originals = createFolderStorage(config.storage.originals);
  const results = createFolderStorage(config.storage.results);
  const embedded = lazy(() => startEmbedded(join(config.data, 'postgres')));
  const stores = lazy(() => openStores(config, log, embedded));
  const engine = lazy(() => findEngine(config, log));
  const tokens = lazy(async () =>
    createTokens(config.jwtPrivateKeys ?? (await signingKeys(config.data)), clock),
  );
  const credential = lazy(async () => config.serviceCredential ?? serviceCredential(config.data));
  const files = { originals, results, workspaces };
  const { paused } = config;

  const auth = lazy(async () => {
    const { knex } = await stores();
    const [users, refreshTokens] = [createUserStore(knex), createRefreshTokenStore(knex)];
    return createAuth({ users, refreshTokens, tokens: await tokens(), clock });
  });
  const tasks = lazy(async () => {
    const formats = async () => (await engine()).formats;
    return createTasks({ ...files, store: (await stores()).tasks, formats, clock });
  });
  const conversions = lazy(async () => {
    const { tasks, leases } = await stores();
    return createConversions({ ...files, tasks, leases, engine: await engine(), worker, paused, clock, log });
  });
  const sweep = lazy(async () => {
    const { knex, queue, tasks } = await stores();
    const housekeeping = createHousekeeping(knex, queue, log, LEASE.attempts);
    return createSweep({ ...files, housekeeping, tasks, paused, clock, log });
  });
  const reports = lazy(async () => {
    const { tasks, leases } = await stores();
    return createReports({ ...files, tasks, leases, engine });
  });

  const services = { stores, tokens, credential, auth, engine, tasks, conversions, sweep, reports };
  return {
    ...{ config, log, workspaces, originals, results, ...services },
    async close() {
      await (await conversions.made())?.stop();
      const open = await stores.made();
      await open?.queue.close();
      await open?.knex.destroy();
      await (await embedded.made())?.stop();
    },
    closeNow() {
      engine.value()?.killAll();
      embedded.value()?.stopSync();
    },
  };
}

async function openStores(config: Config, log: Log, embedded: Lazy<EmbeddedServer>): Promise<Stores> {
  const { database, databasePool } = config;
  const url = database.kind === 'url' ? database.url : (await embedded()).url;
  if (database.kind === 'embedded') await migrate(url);
  const knex = openDatabase(url, databasePool);
  const jobSeconds = config.limits.conversionSeconds + 600;
  const queue = await createPostgresQueue({ url, pool: QUEUE_POOL, jobSeconds, log });
  const tasks = createTaskStore(knex, queue, log);
  return { knex, queue, tasks, leases: createLeaseStore(knex, queue, log, LEASE) };
}

async function findEngine(config: Config, log: Log): Promise<AudioEngine> {
  const { ffmpegPath, ffprobePath, path, limits } = config;
  const binaries = await findBinaries({ ffmpegPath, ffprobePath, path, fallback: true });
  for (const warning of binaries.warnings) log.warn(warning);
  return createEngine({ binaries, limits, path });
}
