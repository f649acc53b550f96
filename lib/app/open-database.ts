import type { Connector } from '@google-cloud/cloud-sql-connector';
import { cloudSqlAddress } from '../adapters/database/cloudsql.ts';
import {
  type DatabaseAddress,
  migrate,
  mustBeMigrated,
  openDatabase,
} from '../adapters/database/connection.ts';
import { createFirstGenerationImport } from '../adapters/database/first-generation-import.ts';
import { grant } from '../adapters/database/grants.ts';
import { createHousekeeping } from '../adapters/database/housekeeping.ts';
import { createLeaseStore } from '../adapters/database/leases.ts';
import { createReceivedBytesStore } from '../adapters/database/received-bytes.ts';
import { createRefreshTokenStore } from '../adapters/database/refresh-tokens.ts';
import { createTaskStore } from '../adapters/database/tasks.ts';
import { createUploadStore } from '../adapters/database/uploads.ts';
import { createUserStore } from '../adapters/database/users.ts';
import type { EmbeddedServer } from '../adapters/embedded-postgres/shared-server.ts';
import { createPubSubQueue } from '../adapters/queue/pubsub.ts';
import type { Config, DatabaseConfig } from '../config/config.ts';
import type { FirstGenerationImport } from '../ports/first-generation.ts';
import type { Housekeeping } from '../ports/housekeeping.ts';
import type { LeaseOptions, LeaseStore } from '../ports/leases.ts';
import type { Queue } from '../ports/queue.ts';
import type { TaskStore } from '../ports/tasks.ts';
import type { ReceivedBytesStore, UploadStore } from '../ports/uploads.ts';
import type { RefreshTokenStore, UserStore } from '../ports/users.ts';
import { lazy } from '../runtime/lazy.ts';
import type { Log } from '../runtime/log.ts';

/** Connections of the queue, apart from the one that listens. */
const QUEUE_POOL = 4;

/** Seconds between two polls for jobs that are delivered again. */
const QUEUE_POLL = 10;

/** Stores of the database, and the queue. */
export interface Stores {
  queue: Queue;
  tasks: TaskStore;
  leases: LeaseStore;
  uploads: UploadStore;
  receivedBytes: ReceivedBytesStore;
  users: UserStore;
  refreshTokens: RefreshTokenStore;
  housekeeping: Housekeeping;
  firstGenerationImport: FirstGenerationImport;
  /** Throws if the database does not answer. */
  check(): Promise<void>;
  /** Closes the queue and then the database. */
  close(): Promise<void>;
}

/**
 * Composition root of the stores and the queue. This module is loaded on first use: its libraries take longer to
 * load than all else that a request needs.
 * @param embedded starts the program's own database server
 */
export async function openDatabaseStores(
  config: Config,
  log: Log,
  lease: LeaseOptions,
  embedded: () => Promise<EmbeddedServer>,
): Promise<Stores> {
  const { database, databasePool, mode } = config;
  const connector = lazy(async () => new (await import('@google-cloud/cloud-sql-connector')).Connector());
  const address = await addressOf(database, { embedded, connector });
  if (database.kind === 'embedded') await migrate(address);
  const knex = openDatabase(address, databasePool);
  if (mode === 'vm') await mustBeMigrated(knex);
  const queue = await openQueue(config, log, address);
  return {
    queue,
    tasks: createTaskStore(knex, queue, log),
    leases: createLeaseStore(knex, queue, log, lease),
    uploads: createUploadStore(knex),
    receivedBytes: createReceivedBytesStore(knex),
    users: createUserStore(knex),
    refreshTokens: createRefreshTokenStore(knex),
    housekeeping: createHousekeeping(knex, queue, log, lease.attempts),
    firstGenerationImport: createFirstGenerationImport(knex),
    async check() {
      await knex.raw('select 1');
    },
    async close() {
      await queue.close();
      await knex.destroy();
      (await connector.made())?.close();
    },
  };
}

/**
 * Brings a database up to this release, as its owner: tables, queue, and the rights of their logins. A process
 * that does not own the schema cannot do this at its start.
 */
export async function prepareDatabase(config: Config, url: string, log: Log): Promise<void> {
  await migrate(url);
  const queue = await openPostgresQueue(config, log, url);
  await queue.close();
  await grant(url, config.databaseGrants);
}

interface Databases {
  embedded: () => Promise<EmbeddedServer>;
  connector: () => Promise<Connector>;
}

async function addressOf(
  database: DatabaseConfig,
  { embedded, connector }: Databases,
): Promise<DatabaseAddress> {
  switch (database.kind) {
    case 'embedded':
      return (await embedded()).url;
    case 'url':
      return database.url;
    case 'cloudsql':
      return cloudSqlAddress(await connector(), database);
  }
}

async function openPostgresQueue(config: Config, log: Log, address: DatabaseAddress): Promise<Queue> {
  const { createPostgresQueue } = await import('../adapters/queue/postgres.ts');
  return createPostgresQueue({
    address,
    pool: QUEUE_POOL,
    jobSeconds: jobSeconds(config),
    pollSeconds: QUEUE_POLL,
    log,
  });
}

/** Longer than any conversion, including the transfer of its files. */
function jobSeconds({ limits }: Config): number {
  return limits.conversionSeconds + 600;
}

async function openQueue(config: Config, log: Log, address: DatabaseAddress): Promise<Queue> {
  const { queue, project } = config;
  if (queue.kind === 'postgres') return openPostgresQueue(config, log, address);
  const client = () => openPubSub(project, queue.emulator);
  const { topic, subscription } = queue;
  return createPubSubQueue(client, { topic, subscription, jobSeconds: jobSeconds(config), log });
}

async function openPubSub(projectId: string | undefined, emulator: string | undefined) {
  const { PubSub } = await import('../adapters/queue/pubsub-client.ts');
  const local = emulator && { apiEndpoint: emulator, emulatorMode: true };
  return new PubSub({ ...(projectId && { projectId }), ...local });
}
