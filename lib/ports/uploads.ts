import type { NewTask, Task, TaskFailure } from './tasks.ts';

/** An original that is announced, and sent afterwards. */
export interface AnnouncedUpload {
  task: Task;
  /** Where it is to be stored, under the originals root. */
  key: string;
  /** MIME type. */
  contentType: string;
  /** The page that will send it, where a browser announced it. */
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

/** Takes announced originals, by the protocol of Cloud Storage's resumable uploads. */
export interface Uploads {
  open(upload: AnnouncedUpload): Promise<OpenedUpload>;
  /** Ends a session and forgets what arrived; one that is over or unknown is fine. */
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

/** What is known of announced uploads. */
export interface UploadStore {
  /** Keeps by what the upload of a task is cancelled; false where the task no longer waits for one. */
  opened(id: number, session: string): Promise<boolean>;
  /** AWAITING_UPLOAD to FAILED, since what came is not what may come; false where somebody else was first. */
  refuse(id: number, failure: TaskFailure): Promise<boolean>;
  /** AWAITING_UPLOAD to EXPIRED before its time; false where somebody else was first. */
  abandon(id: number): Promise<boolean>;
  /** Sessions that must still be cancelled. */
  ended(): Promise<EndedUpload[]>;
  cancelled(taskId: number): Promise<void>;
  /** Whether the task of this id is known to have expired, or been removed, before its original came. */
  hasEnded(taskId: number): Promise<boolean>;
}

/** How far an original has arrived that this program receives itself: the row is the truth, not the file's length. */
export interface ArrivalStore {
  /** Notes what a form says of its file once it was read to its end; undefined where the task waits no longer. */
  describe(
    id: number,
    description: Pick<NewTask, 'name' | 'originalExt' | 'wish' | 'declaredSize'>,
  ): Promise<Task | undefined>;
  find(id: number): Promise<{ task: Task; received: number } | undefined>;
  /**
   * Makes `writer` the only one to add; another that still writes finds out before its next piece.
   * @returns the bytes received, or undefined where the task does not wait for an upload
   */
  take(id: number, writer: string): Promise<number | undefined>;
  /**
   * Adds `bytes` to what is received after `write` has stored them at that position; nobody else writes meanwhile.
   * @returns the bytes received now, or undefined, with nothing written, where `writer` is no longer the one
   */
  add(
    id: number,
    writer: string,
    bytes: number,
    write: (position: number) => Promise<void>,
  ): Promise<number | undefined>;
}

/** Originals that grow piece by piece beside the whole ones. */
export interface PartialFiles {
  /** Stores bytes at a position, lastingly. Throws `upload_gone` where what came before is no longer there. */
  write(taskId: number, position: number, bytes: Uint8Array): Promise<void>;
  /** Makes the first `size` bytes the original `key`; done before is fine. Throws `upload_gone` where it is neither. */
  complete(taskId: number, key: string, size: number): Promise<void>;
  /** Removes what arrived; nothing there is fine. */
  remove(taskId: number): Promise<void>;
}
