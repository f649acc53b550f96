import type { FailureCode } from '../runtime/errors.ts';
import type { Hashes, NewTask, Task, TaskFailure } from './tasks.ts';

/** Failures after which no original is kept, so that its task can get no other output. */
export const REFUSALS = [
  'too_large',
  'size_mismatch',
  'url_refused',
  'url_unreachable',
  'url_too_large',
] as const satisfies readonly FailureCode[];

/** An original that a client declares first, and sends afterwards. */
export interface NewUploadSession {
  task: Task;
  /** Storage key of the original, under the originals root. */
  key: string;
  /** MIME type. */
  contentType: string;
  /** Origin of the page that will send the file, if a browser opened the session. */
  origin: string | undefined;
  /** Base URL under which the caller reaches this service. */
  service: string;
}

export interface OpenedUpload {
  /** URL to send the file to. It is a secret: it gives the right to send this one file. */
  url: string;
  /** Identifier that cancels the upload; may be a secret as well. */
  session: string;
}

/** Receives large originals by the protocol of Cloud Storage's resumable uploads. */
export interface Uploads {
  open(upload: NewUploadSession): Promise<OpenedUpload>;
  /** Ends a session and deletes the received bytes; an ended or unknown session is no error. */
  cancel(session: string): Promise<void>;
  /**
   * Removes a complete original for which no task waits any longer.
   * @param version removes only this version, if the storage has versions
   */
  discard(key: string, version?: string): Promise<void>;
}

/** A session of a task that expired or was removed before its original was received. */
export interface EndedUpload {
  taskId: number;
  session: string;
}

/** Records of upload sessions. */
export interface UploadStore {
  /** Stores the identifier that cancels the upload of a task; false if the task no longer waits for an upload. */
  recordSession(id: number, session: string): Promise<boolean>;
  /** AWAITING_UPLOAD to FAILED, for an original that is not accepted; false if another process was first. */
  refuse(id: number, failure: TaskFailure): Promise<boolean>;
  /** AWAITING_UPLOAD to EXPIRED before its expiry; false if another process was first. */
  abandon(id: number): Promise<boolean>;
  /** Sessions that must still be cancelled. */
  sessionsToCancel(): Promise<EndedUpload[]>;
  markCancelled(taskId: number): Promise<void>;
  /** Whether this task is known to have expired, or been removed, before its original was received. */
  hasEnded(taskId: number): Promise<boolean>;
}

/** Properties of the whole file in the requests of one upload. Contradictory claims belong to different files. */
export interface FileClaims extends Hashes {
  /** Bytes. */
  readonly size?: number;
}

/** Progress of an upload. */
export interface Received {
  /** Bytes. */
  received: number;
  claims: FileClaims;
}

/** The exclusive right to append to an original. */
export interface ClaimedWriter extends Received {
  /** The previous writer; no other writer has written since. */
  previous: string | null;
}

/**
 * Progress of the uploads that this program receives itself. The database row is authoritative, not the length of the
 * file.
 */
export interface ReceivedBytesStore {
  /** Stores the description of a file after its form was read to the end; undefined if the task no longer waits. */
  describeFile(
    id: number,
    description: Pick<
      NewTask,
      'name' | 'originalExt' | 'requestedOutput' | 'declaredSize' | 'destination'
    > & {
      checksums: Hashes;
    },
  ): Promise<Task | undefined>;
  /** Also says when it was asked, by which requests of one upload are told apart. */
  find(id: number): Promise<(Received & { task: Task; seenAt: string }) | undefined>;
  /**
   * Makes `writer` the only writer, and stores its claims; a previous writer detects this before its next step.
   * @param seenAt from `find`, when the request of the writer came: a request never takes an upload from a newer one
   * @returns the received bytes and all claims; undefined, with nothing changed, if the task does not wait for an
   * upload, a newer request has it, or the claims contradict earlier ones
   */
  claimWriter(
    id: number,
    writer: string,
    claims: FileClaims,
    seenAt: string,
  ): Promise<ClaimedWriter | undefined>;
  /**
   * Calls `write`, which stores bytes, while no other writer can store any; then records that `received` bytes are
   * stored. Bytes beyond `received` may be stored as well: they belong to the writer until another one claims the
   * upload.
   * @returns false, with nothing written, if `writer` is no longer the current writer
   */
  addBytes(id: number, writer: string, received: number, write: () => Promise<void>): Promise<boolean>;
  /**
   * Goes back to the first `received` bytes after `undo`, during which no writer writes; at 0 all claims are deleted.
   * @returns false, with nothing undone, if `writer` is no longer the current writer
   */
  rewind(id: number, writer: string, received: number, undo?: () => Promise<void>): Promise<boolean>;
  /** The writer of each task, and whether its original is complete. Removed and expired tasks are left out. */
  findWriters(ids: readonly number[]): Promise<Map<number, { writer: string | null; complete: boolean }>>;
}

/** Stored bytes of an original, complete or not. */
export interface StoredBytes {
  /** Reads at most `length` bytes at a position; fewer only at the end. */
  read(position: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Incomplete originals, which grow piece by piece; they are stored apart from complete ones. */
export interface PartialFiles {
  /**
   * Stores bytes from a position on; at 0 a new file begins. The caller ensures that no other process writes.
   * Throws `upload_gone` if the bytes before the position are missing.
   * @param slices are taken one by one, each during the write of the previous one
   * @param options.durable whether these and all earlier bytes must survive a crash of the machine
   */
  write(
    taskId: number,
    position: number,
    slices: Iterable<Uint8Array>,
    options: { durable: boolean },
  ): Promise<void>;
  /** Opens the stored bytes of an original, incomplete or complete; undefined if there are none. */
  open(taskId: number, key: string): Promise<StoredBytes | undefined>;
  /**
   * Turns the first `size` bytes into the original `key`; a repeated call is no error. Throws `upload_gone` if neither
   * the bytes nor the original exist.
   */
  complete(taskId: number, key: string, size: number): Promise<void>;
  /** Removes the received bytes; no error if there are none. */
  remove(taskId: number): Promise<void>;
}
