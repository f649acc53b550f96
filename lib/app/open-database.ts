import type { Connector } from '@google-cloud/cloud-sql-connector';
import type { PubSub } from '@google-cloud/pubsub';
import { createAdministrationStore } from '../adapters/database/administration.ts';
import { createAlbumStore } from '../adapters/database/albums.ts';
import { createApiKeyStore } from '../adapters/database/api-keys.ts';
import { createBatchStore } from '../adapters/database/batches.ts';
import { createChangedTaskStore } from '../adapters/database/changed-tasks.ts';
import { cloudSqlAddress } from '../adapters/database/cloudsql.ts';
import {
  type DatabaseAddress,
  migrate,
  mustBeMigrated,
  openDatabase,
  poolState,
} from '../adapters/database/connection.ts';
import { createDeliverySignals } from '../adapters/database/delivery-signals.ts';
import { createFirstGenerationImport } from '../adapters/database/first-generation-import.ts';
import { grant } from '../adapters/database/grants.ts';
import { createHousekeeping } from '../adapters/database/housekeeping.ts';
import { createIdempotencyStore } from '../adapters/database/idempotency-keys.ts';
import { createInvitationStore } from '../adapters/database/invitations.ts';
import { createLeaseStore } from '../adapters/database/leases.ts';
import { createPendingDeliveries } from '../adapters/database/pending-deliveries.ts';
import { createPolledChanges } from '../adapters/database/polled-task-changes.ts';
import { createPresetStore } from '../adapters/database/presets.ts';
import { createQueueStateStore } from '../adapters/database/queue-state.ts';
import { createRateLimitStore } from '../adapters/database/rate-limits.ts';
import { createReceivedBytesStore } from '../adapters/database/received-bytes.ts';
import { createRefreshTokenStore } from '../adapters/database/refresh-tokens.ts';
import { createRetentionStore } from '../adapters/database/retention.ts';
import { createNotifiedChanges } from '../adapters/database/task-changes.ts';
import { createTaskResultStore } from '../adapters/database/task-results.ts';
import { createTaskStore } from '../adapters/database/tasks.ts';
import { createTransferStore } from '../adapters/database/transfers.ts';
import { createUploadStore } from '../adapters/database/uploads.ts';
import { createUsageStore } from '../adapters/database/usage.ts';
import { createGroupStore, createUserLimitStore } from '../adapters/database/user-limits.ts';
import { createUserStore } from '../adapters/database/users.ts';
import { createDeliveryStore } from '../adapters/database/webhook-deliveries.ts';
import { createWebhookStore } from '../adapters/database/webhooks.ts';
import type { EmbeddedServer } from '../adapters/embedded-postgres/shared-server.ts';
import { createPubSubQueue } from '../adapters/queue/pubsub.ts';
import { createDeliveryWakeUps, createTransferWakeUps } from '../adapters/queue/pubsub-wake-ups.ts';
import type { Config, DatabaseConfig } from '../config/config.ts';
import type { AdministrationStore } from '../ports/administration.ts';
import type { AlbumStore } from '../ports/albums.ts';
import type { ApiKeyStore } from '../ports/api-keys.ts';
import type { BatchStore } from '../ports/batches.ts';
import type { FirstGenerationImport } from '../ports/first-generation.ts';
import type { Housekeeping } from '../ports/housekeeping.ts';
import type { IdempotencyStore } from '../ports/idempotency.ts';
import type { InvitationStore } from '../ports/invitations.ts';
import type { LeaseOptions, LeaseStore } from '../ports/leases.ts';
import type { PoolState } from '../ports/pool-state.ts';
import type { PresetStore } from '../ports/presets.ts';
import type { Queue } from '../ports/queue.ts';
import type { QueueStateStore } from '../ports/queue-state.ts';
import type { RateLimitStore } from '../ports/rate-limits.ts';
import type { RetentionStore } from '../ports/retention.ts';
import type { ChangedTaskStore, TaskChanges } from '../ports/task-changes.ts';
import type { TaskResultStore } from '../ports/task-results.ts';
import type { TaskStore } from '../ports/tasks.ts';
import type { TransferStore, TransferWakeUps } from '../ports/transfers.ts';
import type { ReceivedBytesStore, UploadStore } from '../ports/uploads.ts';
import type { UsageStore } from '../ports/usage.ts';
import type { GroupStore, UserLimitStore } from '../ports/user-limits.ts';
import type { RefreshTokenStore, UserStore } from '../ports/users.ts';
import type {
  DeliverySignals,
  DeliveryStore,
  DeliveryWakeUps,
  PendingDeliveries,
  WebhookStore,
} from '../ports/webhooks.ts';
import { type Lazy, lazy } from '../runtime/lazy.ts';
import type { Log } from '../runtime/log.ts';

/** Connections of the queue, apart from the one that listens. */
const QUEUE_POOL = 4;

/** Seconds between two polls for jobs that are delivered again. */
const QUEUE_POLL = 10;

/** Stores of the database, and the queue. */
export interface Stores {
  queue: Queue;
  tasks: TaskStore;
  batches: BatchStore;
  albums: AlbumStore;
  taskResults: TaskResultStore;
  changedTasks: ChangedTaskStore;
  taskChanges: TaskChanges;
  leases: LeaseStore;
  retention: RetentionStore;
  uploads: UploadStore;
  transfers: TransferStore;
  receivedBytes: ReceivedBytesStore;
  users: UserStore;
  refreshTokens: RefreshTokenStore;
  apiKeys: ApiKeyStore;
  presets: PresetStore;
  webhooks: WebhookStore;
  deliveries: DeliveryStore;
  pendingDeliveries: PendingDeliveries;
  deliverySignals: DeliverySignals;
  /** Undefined where processes look for deliveries that are due. */
  deliveryWakeUps: DeliveryWakeUps | undefined;
  /** Undefined where processes look for transfers that are due. */
  transferWakeUps: TransferWakeUps | undefined;
  idempotency: IdempotencyStore;
  rateLimits: RateLimitStore;
  usage: UsageStore;
  queueState: QueueStateStore;
  userLimits: UserLimitStore;
  groups: GroupStore;
  invitations: InvitationStore;
  administration: AdministrationStore;
  housekeeping: Housekeeping;
  firstGenerationImport: FirstGenerationImport;
  /** Connections of this process. */
  pool(): PoolState;
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
  const pubsub = lazy(() => openPubSub(config));
  const queue = await openQueue(config, log, address, pubsub);
  return {
    queue,
    tasks: createTaskStore(knex, queue, log),
    batches: createBatchStore(knex),
    albums: createAlbumStore(knex),
    taskResults: createTaskResultStore(knex),
    changedTasks: createChangedTaskStore(knex),
    taskChanges: mode === 'functions' ? createPolledChanges(knex, log) : createNotifiedChanges(address, log),
    leases: createLeaseStore(knex, queue, log, lease, config.retention),
    retention: createRetentionStore(knex, config.retention),
    uploads: createUploadStore(knex),
    transfers: createTransferStore(knex),
    receivedBytes: createReceivedBytesStore(knex),
    users: createUserStore(knex),
    refreshTokens: createRefreshTokenStore(knex),
    apiKeys: createApiKeyStore(knex),
    presets: createPresetStore(knex),
    webhooks: createWebhookStore(knex),
    deliveries: createDeliveryStore(knex),
    pendingDeliveries: createPendingDeliveries(knex),
    deliverySignals: createDeliverySignals(address, log),
    ...wakeUps(config, pubsub),
    idempotency: createIdempotencyStore(knex),
    rateLimits: createRateLimitStore(knex),
    usage: createUsageStore(knex),
    queueState: createQueueStateStore(knex),
    userLimits: createUserLimitStore(knex),
    groups: createGroupStore(knex),
    invitations: createInvitationStore(knex),
    administration: createAdministrationStore(knex),
    housekeeping: createHousekeeping(knex, queue, log, lease.attempts),
    firstGenerationImport: createFirstGenerationImport(knex),
    pool: () => poolState(knex),
    async check() {
      await knex.raw('select 1');
    },
    async close() {
      await queue.close();
      await (await pubsub.made())?.close();
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

async function openQueue(
  config: Config,
  log: Log,
  address: DatabaseAddress,
  pubsub: Lazy<PubSub>,
): Promise<Queue> {
  const { queue } = config;
  if (queue.kind === 'postgres') return openPostgresQueue(config, log, address);
  const { topic, subscription, maxMessages } = queue;
  const options = { topic, subscription, maxMessages, jobSeconds: jobSeconds(config), log };
  return createPubSubQueue(pubsub, options);
}

function wakeUps(
  { mode, queue }: Config,
  pubsub: Lazy<PubSub>,
): Pick<Stores, 'deliveryWakeUps' | 'transferWakeUps'> {
  if (mode !== 'functions' || queue.kind !== 'pubsub') {
    return { deliveryWakeUps: undefined, transferWakeUps: undefined };
  }
  return {
    deliveryWakeUps: createDeliveryWakeUps(pubsub, queue.deliveriesTopic),
    transferWakeUps: createTransferWakeUps(pubsub, queue.transfersTopic),
  };
}

async function openPubSub({ project: projectId, queue }: Config): Promise<PubSub> {
  const emulator = queue.kind === 'pubsub' ? queue.emulator : undefined;
  const { PubSub } = await import('../adapters/queue/pubsub-client.ts');
  const local = emulator && { apiEndpoint: emulator, emulatorMode: true };
  return new PubSub({ ...(projectId && { projectId }), ...local });
}
