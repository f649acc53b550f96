import type { MediaInfo } from '../audio/media/media-info.ts';
import type { ConversionMessage } from './queue.ts';
import type { ConversionResult, Task, TaskFailure } from './tasks.ts';

export interface LeaseOptions {
  /** Seconds without a heartbeat after which a lease expires. */
  seconds: number;
  /** Maximum attempts of one revision. */
  attempts: number;
}

/** The right of one attempt to convert one revision of one task, for a short time; heartbeats renew it. */
export interface Lease {
  taskId: number;
  revision: number;
  attempt: number;
}

/** A successful claim. */
export interface Claimed {
  lease: Lease;
  task: Task;
  /** Seconds from the time at which the task began to wait; null if that is unknown. */
  waited: number | null;
  /** Fault of the attempt that was postponed last; null if there is none. */
  fault: string | null;
}

/**
 * Reason for a refused claim. `leased`: another lease is still valid, so the message must come again. All others are final:
 * `gone` (no such task), `stale` (an older revision), `finished`, `failed`, `not_uploaded`, `gave_up` (attempts used up), `held` (its album waits for
 * an original; it gets another message then).
 */
export type ClaimRefusal =
  | 'gone'
  | 'stale'
  | 'finished'
  | 'failed'
  | 'not_uploaded'
  | 'gave_up'
  | 'held'
  | 'leased';

/** Leases of tasks. Each change is one compare-and-set, so that a late attempt changes nothing. */
export interface LeaseStore {
  claim(message: ConversionMessage, worker: string): Promise<Claimed | { refused: ClaimRefusal }>;
  /** Renews the lease and stores the progress (0 to 1); false if the lease was lost: the attempt must stop. */
  heartbeat(lease: Lease, progress: number): Promise<boolean>;
  /** PROCESSING to PROCESSED; false if the lease was lost: the caller must discard the result. */
  finish(lease: Lease, media: MediaInfo, result: ConversionResult): Promise<boolean>;
  /** PROCESSING to FAILED; false if the lease was lost. */
  fail(lease: Lease, failure: TaskFailure, media: MediaInfo | null): Promise<boolean>;
  /** Undoes the claim without counting the attempt, and enqueues a message; false if the lease was lost. */
  release(lease: Lease): Promise<boolean>;
  /**
   * Ends and counts the attempt; no other may begin for `seconds`. False if the lease was lost.
   * @param fault text that the next claim returns; absent: null
   */
  postpone(lease: Lease, seconds: number, fault?: string): Promise<boolean>;
  /** Ends all leases of a dead worker, counts their attempts, and enqueues a message for each task. */
  releaseAll(worker: string): Promise<number>;
}
