import type { Task } from './tasks.ts';

/** What time alone makes wrong. Each answers how many rows it mended. */
export interface Housekeeping {
  /** enqueues it again for tasks UPLOADED or with a dead lease, whose last message is older than `seconds`. */
  enqueueAgain(seconds: number): Promise<number>;
  /** Waiting, or PROCESSING with a dead lease, and no attempts left becomes FAILED `gave_up`; all such tasks, or one. */
  giveUp(id?: number): Promise<number>;
  /** Tasks that wait for their original beyond their time, those that wait longest first, and not all at once. */
  overdueUploads(): Promise<Task[]>;
  /** Forgets the sessions of uploads that ended so long ago that nothing comes of them any more. */
  forgetUploads(): Promise<number>;
  /** Removes refresh tokens that ran out. */
  removeExpiredTokens(): Promise<number>;
  /** Whether `job` is due, so many seconds after it was last; of all processes that ask, one is told so. */
  claimJob(job: string, seconds: number): Promise<boolean>;
}
