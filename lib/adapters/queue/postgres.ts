import { createHash } from 'node:crypto';
import { fromKnex, type Job, type JobInsert, PgBoss } from 'pg-boss';
import {
  CONVERSION_MESSAGE,
  type ConversionMessage,
  type MessageOutcome,
  type Queue,
  type QueuedMessage,
} from '../../ports/queue.ts';
import { AppError } from '../../runtime/errors.ts';
import { startJobFetcher } from '../../runtime/job-fetcher.ts';
import type { Log } from '../../runtime/log.ts';
import { clientConfig, type DatabaseAddress } from '../database/connection.ts';

const QUEUE = 'conversions';

export interface PostgresQueueOptions {
  address: DatabaseAddress;
  /** Maximum connections, apart from the one that listens. */
  pool: number;
  /** Seconds after which a running job is delivered again; longer than any handler may run. */
  jobSeconds: number;
  /** Seconds between two polls of a consumer; pg-boss sends no notification for a retried job. */
  pollSeconds: number;
  log: Log;
}

/**
 * A queue on pg-boss in the database of the tasks. Messages are enqueued inside the transaction that changes a row.
 * LISTEN/NOTIFY wakes consumers; polling finds missed ones. Delivery is at least once: after a worker dies, its job is delivered
 * again.
 */
export async function createPostgresQueue({
  address,
  pool,
  jobSeconds,
  pollSeconds,
  log,
}: PostgresQueueOptions): Promise<Queue> {
  const boss = new PgBoss({
    ...clientConfig(address),
    application_name: 'tonemill-queue',
    max: pool,
    schedule: false,
    registerInstance: false,
  });
  boss.on('error', (error) => log.warn('Queue error', { error }));
  boss.on('warning', ({ message }) => log.warn(message));
  await boss.start();
  await boss.createQueue(QUEUE, {
    policy: 'short',
    notify: true,
    expireInSeconds: jobSeconds,
    retryLimit: 100,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: 60,
    deleteAfterSeconds: 3600,
  });

  const settle = async (job: Job<object>, handler: Handler) => {
    try {
      const outcome = await handler(CONVERSION_MESSAGE.parse(job.data));
      if (outcome === 'again') throw new AppError('interrupted', 'Another attempt still holds the task.');
    } catch (error) {
      await boss.fail(QUEUE, job, toError(error));
      return;
    }
    await boss.complete(QUEUE, job);
  };

  return {
    transactional: true,
    maxMessages: Number.POSITIVE_INFINITY,
    async enqueue(messages, within) {
      await boss.insert(QUEUE, messages.map(jobOf), within ? { db: fromKnex(within) } : {});
    },
    async consume(handler, concurrency) {
      const onError = (error: unknown) => log.warn('Queue error', { error });
      const fetcher = startJobFetcher({
        fetch: (batchSize) => boss.fetch<object>(QUEUE, { batchSize }),
        run: (job) => settle(job, handler),
        concurrency,
        pollInterval: pollSeconds * 1000,
        onError,
      });
      const listening = await listen(boss, fetcher.wake).catch(onError);
      return async () => {
        await Promise.all([listening?.close(), fetcher.stop()]);
      };
    },
    async check() {
      if (!(await boss.isInstalled())) throw new AppError('unavailable', 'The queue is not installed.');
    },
    close: () => boss.stop({ graceful: true, close: true, timeout: 5000 }),
  };
}

type Handler = (message: ConversionMessage) => Promise<MessageOutcome>;

/** Jobs of lower turns go first. The key keeps the sweep from enqueueing a message again that still waits. */
function jobOf({ turn, ...message }: QueuedMessage): JobInsert {
  const { taskId, revision } = message;
  return { data: message, priority: -turn, singletonKey: `${taskId}/${revision}` };
}

/** Channel of the notifications that pg-boss sends with new jobs. */
const CHANNEL = `pgboss_${createHash('sha224').update('pgboss').digest('hex').slice(0, 24)}`;

/** Calls `wake` for each notification, and after each connection, since notifications in between are lost. */
async function listen(boss: PgBoss, wake: () => void): Promise<{ close(): Promise<void> } | undefined> {
  return boss.getDb().listen?.(CHANNEL, (queue) => (queue === QUEUE ? wake() : undefined), wake);
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
