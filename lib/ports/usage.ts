import type { TaskState } from './tasks.ts';

/** Counts of a user at this moment, for quotas. */
export interface UsageStore {
  /** Number of the user's tasks in a state; counts no further than `most`. */
  countTasks(userId: number, state: TaskState, most: number): Promise<number>;
  /** Bytes of the user's originals and results. */
  storedBytes(userId: number): Promise<number>;
}
