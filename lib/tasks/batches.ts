import type { Batch, BatchKey, BatchPage, BatchStore } from '../ports/batches.ts';
import { AppError } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { removeEach } from './removals.ts';
import type { Tasks } from './tasks.ts';

/** Seconds after which a removal that has not ended counts as broken off. */
const REMOVAL_SECONDS = 600;

/** Removals that one sweep goes on with. */
const REMOVALS = 10;

/** Batches as their owners see them. */
export interface Batches {
  /** Throws `not_found`, also for a batch of another user. */
  get(key: BatchKey): Promise<Batch>;
  list(userId: number, page: BatchPage): Promise<Batch[]>;
  /**
   * Hides the batch, then removes its tasks as `Tasks.remove` does, then the batch. A repeated call, or a sweep, goes on
   * with what a crash broke off. Throws `not_found`.
   */
  remove(key: BatchKey): Promise<void>;
  /** Ends removals that were broken off, and returns their number. */
  finishRemovals(): Promise<number>;
}

export interface BatchesDependencies {
  store: BatchStore;
  tasks: Pick<Tasks, 'remove'>;
  log: Log;
}

export function createBatches({ store, tasks, log }: BatchesDependencies): Batches {
  const finish = async (key: BatchKey) => {
    await removeEach(
      () => store.taskIds(key.id, 100),
      (id) => tasks.remove(key.userId, id),
    );
    await store.delete(key);
  };
  return {
    async get(key) {
      const batch = await store.find(key);
      if (!batch) throw noSuchBatch();
      return batch;
    },
    list: (userId, page) => store.list(userId, page),
    async remove(key) {
      if (!(await store.hide(key))) throw noSuchBatch();
      await finish(key);
    },
    async finishRemovals() {
      let finished = 0;
      for (const key of await store.hidden(REMOVAL_SECONDS, REMOVALS)) {
        try {
          await finish(key);
          finished += 1;
        } catch (error) {
          log.warn('The removal of a batch broke off again; the next sweep goes on', { error });
        }
      }
      return finished;
    },
  };
}

/** The error for a batch that does not exist, is being removed, or has another owner. */
export function noSuchBatch(): AppError {
  return new AppError('not_found', 'This batch does not exist.');
}
