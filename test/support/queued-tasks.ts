import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { MessageSender } from '../../lib/adapters/database/change-and-enqueue.ts';
import { createHousekeeping } from '../../lib/adapters/database/housekeeping.ts';
import { createLeaseStore } from '../../lib/adapters/database/leases.ts';
import { createTaskStore } from '../../lib/adapters/database/tasks.ts';
import { createUserStore } from '../../lib/adapters/database/users.ts';
import type { LeaseStore } from '../../lib/ports/leases.ts';
import type { Queue } from '../../lib/ports/queue.ts';
import type { Task } from '../../lib/ports/tasks.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { MEDIA } from './media.ts';

/** Stores with which tests queue tasks, and finish them without a converter. */
export function queuedTasks(knex: Knex, sender: MessageSender) {
  const tasks = createTaskStore(knex, sender, silentLog);
  const leases = createLeaseStore(knex, sender, silentLog, { seconds: 60, attempts: 5 });
  const housekeeping = createHousekeeping(knex, sender, silentLog, 5);

  async function newUser(): Promise<number> {
    const person = { name: randomUUID(), email: `${randomUUID()}@example.org`, passwordHash: 'hash' };
    return (await createUserStore(knex).create(person)).id;
  }
  async function enqueue(userId: number): Promise<Task> {
    const created = await tasks.create({
      userId,
      name: 'a.wav',
      originalExt: 'wav',
      requestedOutput: { format: 'mp3', options: {} },
      declaredSize: null,
      uploadExpiresAt: new Date(Date.now() + 60_000),
    });
    const task = await tasks.markUploaded(created.id);
    assert.ok(task);
    return task;
  }
  async function enqueueMany(userId: number, count: number): Promise<Task[]> {
    const queued: Task[] = [];
    for (let index = 0; index < count; index++) queued.push(await enqueue(userId));
    return queued;
  }
  return { tasks, leases, housekeeping, newUser, enqueue, enqueueMany };
}

/** Ends a conversion that stored nothing. */
export function finish(leases: LeaseStore, { lease }: Claimed): Promise<boolean> {
  const { taskId, revision } = lease;
  const result = { key: `${taskId}/${revision}/a.mp3`, size: 1, media: MEDIA, warnings: [], adaptations: [] };
  return leases.finish(lease, MEDIA, result);
}

type Claimed = Extract<Awaited<ReturnType<LeaseStore['claim']>>, { lease: unknown }>;

/**
 * Takes tasks from the queue, and finishes each after `onStart`, until `count` are finished.
 * @returns the tasks in the order in which they were claimed
 */
export async function convertAll(
  queue: Queue,
  leases: LeaseStore,
  { count, concurrency }: { count: number; concurrency: number },
  onStart: (task: Task, started: readonly Task[]) => Promise<void> | void = () => undefined,
): Promise<Task[]> {
  const started: Task[] = [];
  const all = Promise.withResolvers<void>();
  let finished = 0;
  const stop = await queue.consume(async (message) => {
    const claimed = await leases.claim(message, 'worker');
    if ('refused' in claimed) return claimed.refused === 'leased' ? 'again' : 'done';
    started.push(claimed.task);
    await onStart(claimed.task, started);
    assert.ok(await finish(leases, claimed));
    finished += 1;
    if (finished === count) all.resolve();
    return 'done';
  }, concurrency);
  await all.promise;
  await stop();
  return started;
}
