import type { MediaInfo } from '../audio/media/media-info.ts';
import type { ConversionMessage } from './queue.ts';
import type { ConversionResult, Task, TaskFailure } from './tasks.ts';

export interface LeaseOptions {
  /** Seconds without a heartbeat after which a lease is dead. */
  seconds: number;
  /** Attempts that one revision gets. */
  attempts: number;
}

/** The right of one attempt to convert one revision of one task, for a short time that heartbeats renew. */
export interface Lease {
  taskId: number;
  revision: number;
  attempt: number;
}

/**
 * Why a claim was refused. `leased`: somebody's lease still runs, so the message must come again. All others are final:
 * `gone` (no such task), `stale` (an older revision), `finished`, `failed`, `not_uploaded`, `gave_up` (attempts used up).
 */
export type ClaimRefusal = 'gone' | 'stale' | 'finished' | 'failed' | 'not_uploaded' | 'gave_up' | 'leased';

/** Who converts what: each change is one compare-and-set, so that a late attempt changes nothing. */
export interface LeaseStore {
  claim(
    message: ConversionMessage,
    worker: string,
  ): Promise<{ lease: Lease; task: Task } | { refused: ClaimRefusal }>;
  /** Renews the lease and notes progress (0 to 1); false where it is no longer held: stop at once. */
  heartbeat(lease: Lease, progress: number): Promise<boolean>;
  /** PROCESSING to PROCESSED; false where the lease was lost: the result is nobody's. */
  finish(lease: Lease, media: MediaInfo, result: ConversionResult): Promise<boolean>;
  /** PROCESSING to FAILED; false where the lease was lost. */
  fail(lease: Lease, failure: TaskFailure, media: MediaInfo | null): Promise<boolean>;
  /** Hands a task back as if this attempt had not been made, and enqueues; false where the lease was lost. */
  release(lease: Lease): Promise<boolean>;
  /** Ends an attempt that counts; nobody else may begin one for `seconds`. False where the lease was lost. */
  postpone(lease: Lease, seconds: number): Promise<boolean>;
  /** Ends the leases of a worker that is known to be dead; its tasks count an attempt and enqueue again. */
  releaseAll(worker: string): Promise<number>;
}
