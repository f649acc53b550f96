import { fromKnex, PgBoss } from 'pg-boss';
import {
  CONVERSION_MESSAGE,
  type ConversionMessage,
  type MessageOutcome,
  type Queue,
} from '../../ports/queue.ts';
import { AppError } from '../../runtime/errors.ts';
import type { Log } from '../../runtime/log.ts';
import { clientConfig, type DatabaseAddress } from '../database/connection.ts';

const QUEUE = 'conversions';

export interface PostgresQueueOptions {
  address: DatabaseAddress;
  /** Maximum connections, apart from the one that listens. */
  pool: number;
  /** Seconds after which a running job is delivered again; longer than any handler may run. */
  jobSeconds: number;
  /** Seconds between two polls of a consumer, at least 2; pg-boss sends no notification for a retried job. */
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
    useListenNotify: true,
    schedule: false,
    registerInstance: false,
  });
  boss.on('error', (error) => log.warn('Queue error', { error }));
  boss.on('warning', ({ message }) => log.warn(message));
  await boss.start();
  await boss.createQueue(QUEUE, {
    notify: true,
    expireInSeconds: jobSeconds,
    retryLimit: 100,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: 60,
    deleteAfterSeconds: 3600,
  });

  return {
    transactional: true,
    async enqueue(messages, within) {
      const jobs = messages.map(({ taskId, revision }) => ({ data: { taskId, revision } }));
      await boss.insert(QUEUE, jobs, within ? { db: fromKnex(within) } : {});
    },
    async consume(handler, concurrency) {
      for (let worker = 0; worker < concurrency; worker++) await addWorker(boss, handler, pollSeconds);
      return () => boss.offWork(QUEUE, { wait: true });
    },
    async check() {
      if (!(await boss.isInstalled())) throw new AppError('unavailable', 'The queue is not installed.');
    },
    close: () => boss.stop({ graceful: true, close: true, timeout: 5000 }),
  };
}

/**
 * Adds a worker that takes one job at a time. pg-boss lets it sleep until the next poll or notification although more jobs
 * wait, so the end of each handler wakes its worker.
 */
async function addWorker(
  boss: PgBoss,
  handler: (message: ConversionMessage) => Promise<MessageOutcome>,
  pollSeconds: number,
): Promise<void> {
  const id = await boss.work(QUEUE, { notifyPollingIntervalSeconds: pollSeconds }, async ([job]) => {
    try {
      const outcome = await handler(CONVERSION_MESSAGE.parse(job?.data));
      if (outcome === 'again') throw new AppError('interrupted', 'Another attempt still holds the task.');
    } finally {
      boss.notifyWorker(id);
    }
  });
}
