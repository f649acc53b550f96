import type { FailureCode } from '../runtime/errors.ts';
import type { Hashes, NewTask, Task, TaskFailure } from './tasks.ts';

/** Failures of originals that are not kept when they have come, so that their tasks can get no other output. */
export const REFUSALS = ['too_large', 'size_mismatch'] as const satisfies readonly FailureCode[];

/** An original that is declared, and sent afterwards. */
export interface NewUploadSession {
  task: Task;
  /** Where it is to be stored, under the originals root. */
  key: string;
  /** MIME type. */
  contentType: string;
  /** The page that will send it, where a browser opened it. */
  origin: string | undefined;
  /** Base URL under which the caller reaches this service. */
  service: string;
}

export interface OpenedUpload {
  /** Where the file is sent to; whoever has it may send this one file. */
  url: string;
  /** By what it is cancelled; may be a secret as well. */
  session: string;
}

/** Takes large originals, by the protocol of Cloud Storage's resumable uploads. */
export interface Uploads {
  open(upload: NewUploadSession): Promise<OpenedUpload>;
  /** Ends a session and forgets what was received; one that is over or unknown is fine. */
  cancel(session: string): Promise<void>;
  /**
   * Removes an original that came whole when nobody waited for it any more.
   * @param version only that one, where the storage tells versions apart
   */
  discard(key: string, version?: string): Promise<void>;
}

/** A session of a task that expired or was removed before its original came. */
export interface EndedUpload {
  taskId: number;
  session: string;
}

/** What is known of large uploads. */
export interface UploadStore {
  /** Keeps by what the upload of a task is cancelled; false where the task no longer waits for one. */
  recordSession(id: number, session: string): Promise<boolean>;
  /** AWAITING_UPLOAD to FAILED, since what came is not what may come; false where somebody else was first. */
  refuse(id: number, failure: TaskFailure): Promise<boolean>;
  /** AWAITING_UPLOAD to EXPIRED before its time; false where somebody else was first. */
  abandon(id: number): Promise<boolean>;
  /** Sessions that must still be cancelled. */
  sessionsToCancel(): Promise<EndedUpload[]>;
  markCancelled(taskId: number): Promise<void>;
  /** Whether the task of this id is known to have expired, or been removed, before its original came. */
  hasEnded(taskId: number): Promise<boolean>;
}

/** What the requests of one upload say of the whole file: two that contradict each other speak of two files. */
export interface FileClaims extends Hashes {
  /** Bytes. */
  readonly size?: number;
}

/** How far an original was received. */
export interface Received {
  /** Bytes. */
  received: number;
  claims: FileClaims;
}

/** The right to add to an original. */
export interface ClaimedWriter extends Received {
  /** Who had it before: nobody else has written since. */
  previous: string | null;
}

/** How far an original was received that this program receives itself: the row is the truth, not the file's length. */
export interface ReceivedBytesStore {
  /** Notes what a form says of its file once it was read to its end; undefined where the task waits no longer. */
  describeFile(
    id: number,
    description: Pick<NewTask, 'name' | 'originalExt' | 'requestedOutput' | 'declaredSize'> & {
      checksums: Hashes;
    },
  ): Promise<Task | undefined>;
  /** Also says when it was asked, by which requests of one upload are told apart. */
  find(id: number): Promise<(Received & { task: Task; seenAt: string }) | undefined>;
  /**
   * Makes `writer` the only one to add, and keeps what it claims; another that still writes finds out before its next step.
   * @param seenAt from `find`, when the writer's request came: a request never takes the upload from a newer one
   * @returns what was received, and all that was claimed; undefined, with nothing changed, where the task does not wait for
   * an upload, a newer request has it, or the claims contradict earlier ones
   */
  claimWriter(
    id: number,
    writer: string,
    claims: FileClaims,
    seenAt: string,
  ): Promise<ClaimedWriter | undefined>;
  /**
   * Calls `write`, which stores bytes, while no other writer can store any; then notes that `received` bytes are stored.
   * Bytes beyond `received` may be stored as well: they are the writer's own until another one claims the upload.
   * @returns false, with nothing written, where `writer` is no longer the one
   */
  addBytes(id: number, writer: string, received: number, write: () => Promise<void>): Promise<boolean>;
  /**
   * Goes back to the first `received` bytes after `undo`, during which nobody writes; at 0 all claims are forgotten.
   * @returns false, with nothing undone, where `writer` is no longer the one
   */
  rewind(id: number, writer: string, received: number, undo?: () => Promise<void>): Promise<boolean>;
  /** Of these tasks: who writes, and whether the original is complete. Those that are gone or expired are left out. */
  findWriters(ids: readonly number[]): Promise<Map<number, { writer: string | null; complete: boolean }>>;
}

/** Bytes of an original that are stored, whether or not it is whole. */
export interface StoredBytes {
  /** At most `length` bytes at a position; fewer only at the end. */
  read(position: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Originals that grow piece by piece, apart from the complete ones. */
export interface PartialFiles {
  /**
   * Stores bytes from a position on; at 0 a new file begins. The caller makes sure that no other process writes.
   * Throws `upload_gone` where the bytes before the position are missing.
   * @param slices are taken one by one, each while the one before is written
   * @param options.durable whether these and all earlier bytes must survive a crash of the machine
   */
  write(
    taskId: number,
    position: number,
    slices: Iterable<Uint8Array>,
    options: { durable: boolean },
  ): Promise<void>;
  /** What is stored of an original, growing or whole; undefined where there is nothing. */
  open(taskId: number, key: string): Promise<StoredBytes | undefined>;
  /** Makes the first `size` bytes the original `key`; done before is fine. Throws `upload_gone` where it is neither. */
  complete(taskId: number, key: string, size: number): Promise<void>;
  /** Removes what was received; nothing there is fine. */
  remove(taskId: number): Promise<void>;
}
