import type { Readable } from 'node:stream';
import type { z } from 'zod';
import { CONVERSION_MESSAGE } from './queue.ts';
import type { Delivered, NewAddress, Task } from './tasks.ts';

/** `import` fetches the original of a task; `delivery` sends its result. */
export type TransferKind = 'import' | 'delivery';

/** A file of a task on its way from or to a server that the owner named, claimed for one try. */
export interface ClaimedTransfer {
  kind: TransferKind;
  task: Task;
  /** A secret: it may contain a signature. */
  url: string;
  /** Number of this claim; a later claim ends this one. */
  claim: number;
  /** Counts this try, from 1. */
  tries: number;
  /** That of the request that made the task; null without one. */
  traceparent: string | null;
}

export interface ClaimLimits {
  /** Maximum transfers of this claim. */
  most: number;
  /** Maximum transfers of one user at once, in all processes. */
  perUser: number;
  /** Time for which a claim lasts without a heartbeat. */
  seconds: number;
}

/** Bytes of an original that came so far, and of all of it if the server said so. */
export interface ImportProgress {
  received: number;
  size: number | null;
}

/** Transfers that are due. Each change is one compare-and-set on the claim. */
export interface TransferStore {
  /** Claims transfers that are due, each user's first before any user's second; only those of one task if it is given. */
  claim(worker: string, limits: ClaimLimits, taskId?: number): Promise<ClaimedTransfer[]>;
  /** Extends the claim, and shows the progress on the task; false if the claim was lost: the try must stop. */
  heartbeat(transfer: ClaimedTransfer, seconds: number, progress?: ImportProgress): Promise<boolean>;
  /** Lets delayed imports of new tasks begin. */
  begin(taskIds: readonly number[]): Promise<void>;
  /** Renames a task that waits for its original; undefined if it does not wait any more. */
  rename(taskId: number, name: string, originalExt: string): Promise<Task | undefined>;
  /** Ends a try; the next begins after `seconds`. */
  postpone(transfer: ClaimedTransfer, seconds: number): Promise<void>;
  /** Ends a try without counting it; the next may begin at once. */
  handBack(transfer: ClaimedTransfer): Promise<void>;
  /** Hands back all tries of a worker that is dead. */
  handBackAll(worker: string): Promise<void>;
  /** Ends a transfer, and stores on the task what became of a delivery; false if the claim was lost. */
  end(transfer: ClaimedTransfer, delivered?: Delivered): Promise<boolean>;
  /** Tasks of which a transfer is due. */
  dueTasks(limit: number): Promise<number[]>;
}

/** A message that names a task of which a transfer may be due. */
export const TRANSFER_MESSAGE = CONVERSION_MESSAGE.pick({ taskId: true });

export type TransferMessage = z.output<typeof TRANSFER_MESSAGE>;

/** Has transfers made that are due, where no process looks for them. */
export interface TransferWakeUps {
  wake(taskIds: readonly number[]): Promise<void>;
}

/** Rules of addresses that users name. Each throws `url_refused` with the name of the field in its details. */
export interface AddressRules {
  /** Also says the name that the file has until its server names it. */
  source(text: string): NewAddress & { name: string };
  destination(text: string): NewAddress;
}

/** Writes objects into buckets that are not the service's own. */
export interface BucketWriter {
  /** Replaces an existing object. Throws `url_unreachable` if the bucket does not exist or may not be written. */
  write(bucket: string, name: string, content: Readable, contentType: string): Promise<void>;
}
