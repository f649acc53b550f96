import type { Clock } from '../ports/clock.ts';
import type { Storage, StoredObject } from '../ports/storage.ts';
import type { Task, TaskStore } from '../ports/tasks.ts';
import { originalKey, waveformKey } from '../tasks/object-keys.ts';
import { isRefused, taskIdOf } from '../uploads/object-finalized.ts';
import { endOverdue, type OverdueDependencies } from './overdue-uploads.ts';

/** Seconds after which a message without a claim counts as lost. */
const MESSAGE_SECONDS = 60;

/** Hours until an object without a task is removed: the transaction of its row may still be open. */
const STRAY_HOURS = 24;

/** Seconds between two sweeps, and between two searches of all objects, over all processes. */
const INTERVALS = { sweep: 50, strays: 3600 };

/** Numbers of repaired rows and removed objects. */
export interface SweepReport {
  enqueuedAgain: number;
  gaveUp: number;
  expiredUploads: number;
  foundUploads: number;
  cancelledUploads: number;
  expiredTokens: number;
  strays: number;
}

export interface Sweep {
  /**
   * Repairs lost messages, dead leases, overdue uploads and expired tokens.
   * @param strays whether to search all stored objects for orphans as well, which is slow
   */
  run(strays: boolean): Promise<SweepReport>;
  /** Sweeps if no other process did within the interval. */
  runIfDue(): Promise<void>;
}

export interface SweepDependencies extends OverdueDependencies {
  tasks: TaskStore;
  results: Storage;
  /** Cancels the upload sessions of tasks that ended before their upload. */
  cancelUploads: () => Promise<number>;
  /** Whether to enqueue no messages. */
  paused: boolean;
  clock: Clock;
}

export function createSweep(parts: SweepDependencies): Sweep {
  const { housekeeping, cancelUploads, paused, log } = parts;
  const run = async (strays: boolean): Promise<SweepReport> => {
    await housekeeping.forgetUploads();
    const gaveUp = await housekeeping.giveUp();
    const report = {
      gaveUp,
      enqueuedAgain: paused ? 0 : await housekeeping.enqueueAgain(MESSAGE_SECONDS),
      ...(await endOverdue(parts)),
      cancelledUploads: await cancelUploads(),
      expiredTokens: await housekeeping.removeExpiredTokens(),
      strays: strays ? await removeStrays(parts) : 0,
    };
    if (Object.values(report).some((count) => count > 0)) log.info('Swept', report);
    return report;
  };
  return {
    run,
    async runIfDue() {
      if (!(await housekeeping.claimJob('sweep', INTERVALS.sweep))) return;
      await run(await housekeeping.claimJob('strays', INTERVALS.strays));
    },
  };
}

async function removeStrays({ tasks, originals, results, clock }: SweepDependencies): Promise<number> {
  const before = clock.now().getTime() - STRAY_HOURS * 3_600_000;
  const belongs = {
    original: (task: Task, key: string) =>
      task.state !== 'EXPIRED' && !isRefused(task) && originalKey(task) === key,
    result: (task: Task, key: string) =>
      task.result?.key === key ||
      task.state === 'PROCESSING' ||
      key === waveformKey(task, 'original') ||
      (task.result !== null && key === waveformKey(task, 'result')),
  };
  return (
    (await removeOld(originals, tasks, before, belongs.original)) +
    (await removeOld(results, tasks, before, belongs.result))
  );
}

async function removeOld(
  storage: Storage,
  tasks: TaskStore,
  before: number,
  belongs: (task: Task, key: string) => boolean,
): Promise<number> {
  let removed = 0;
  for await (const { key, modified, inherited } of storage.list()) {
    if (modified.getTime() >= before) continue;
    const task = await taskOf(tasks, key);
    if (task ? belongs(task, key) : inherited) continue;
    await storage.remove(key);
    removed += 1;
  }
  return removed;
}

async function taskOf(tasks: TaskStore, key: StoredObject['key']): Promise<Task | undefined> {
  const id = taskIdOf(key);
  return id === undefined ? undefined : tasks.find(id);
}
