import type { Task } from './tasks.ts';

/** Repairs of the database. Methods return the number of changed rows. */
export interface Housekeeping {
  /** Enqueues a message for tasks that are UPLOADED or have a dead lease, if their last message is older than `seconds`. */
  enqueueAgain(seconds: number): Promise<number>;
  /** Fails tasks with `gave_up` that have no attempts left and no live lease; all such tasks, or one. */
  giveUp(id?: number): Promise<number>;
  /** Tasks whose time for the upload has passed, oldest first, in batches. */
  overdueUploads(): Promise<Task[]>;
  /** Removes sessions of uploads that ended so long ago that no event of theirs can still come. */
  forgetUploads(): Promise<number>;
  /** Removes expired refresh tokens. */
  removeExpiredTokens(): Promise<number>;
  /** Removes requests with an Idempotency-Key that are older than a key is kept. */
  removeExpiredKeys(): Promise<number>;
  /** Removes counters of rate limits whose window ended. */
  removeEndedRateLimits(): Promise<number>;
  /** Whether `job` is due, `seconds` after its last run; true for only one of all processes. */
  claimJob(job: string, seconds: number): Promise<boolean>;
  /** Position at which the last run of `job` stopped; undefined if it reached the end. */
  position(job: string): Promise<string | undefined>;
  setPosition(job: string, position: string | undefined): Promise<void>;
}
