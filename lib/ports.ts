import type { Readable } from 'node:stream';
import type { FailureCode } from './errors.ts';
import type { Adaptation, MediaInfo } from './media.ts';

/** Where files are kept: a folder (also over NFS), or a bucket. Keys are `{taskId}/...`, with `/` between parts. */
export interface Storage {
  /** Whether objects are files of this machine: `fetch` links and `put` renames them. If not, streaming saves a copy. */
  readonly local: boolean;
  /**
   * Stores a file under `key`, whole or not at all; an object that stands there is replaced.
   * A `source` of type string names a local file, which the storage may move instead of copying.
   * @returns its size in bytes
   */
  put(key: string, source: Readable | string): Promise<number>;
  /** Makes the object readable as the local file `path`: a link where that is possible, else a copy. */
  fetch(key: string, path: string): Promise<void>;
  /** Streams the object, or the bytes `start` to `end` of it, both inclusive. Throws `not_found`. */
  read(key: string, range?: ByteRange): Promise<Readable>;
  /** What is known of an object, or undefined where there is none. */
  stat(key: string): Promise<StoredObject | undefined>;
  /** Removes an object; one that is not there is fine. */
  remove(key: string): Promise<void>;
  /** Every object under the root, in no order; also the remains of broken writes. */
  list(): AsyncIterable<ListedObject>;
  /** A URL under which the storage itself gives an object to whoever has it, for a while; undefined where it can't. */
  link(key: string, as: LinkedFile): Promise<string | undefined>;
}

/** How a linked object is presented. */
export interface LinkedFile {
  /** For the person who saves it. */
  name: string;
  mimeType: string;
}

export interface ByteRange {
  start: number;
  end: number;
}

export interface StoredObject {
  key: string;
  size: number;
  modified: Date;
}

export interface ListedObject extends StoredObject {
  /** Whether it was there before the storage became this program's: without a task it may still be somebody's. */
  inherited: boolean;
}

/** Makes an object of the originals one of the results. */
export interface Adoption {
  /**
   * The object also stands where it stood; a link where that is possible, else a copy.
   * @returns its size in bytes
   */
  adopt(from: string, to: string): Promise<number>;
}

/** Says that a task wants converting. The row is the truth, this is only a bell: it may ring twice, late, or never. */
export interface Bell {
  taskId: number;
  revision: number;
}

/** What came of a bell: `done` is acknowledged, `again` must come back later. */
export type BellOutcome = 'done' | 'again';

/** An open transaction of the database that a queue may share, as far as a queue needs to know it. */
export interface Transaction {
  raw<T>(sql: string, bindings: readonly unknown[]): Promise<{ rows: T[] }>;
}

/** Carries bells from who changes a row to who converts. At least once, in no order. */
export interface Queue {
  /** Whether `ring` can take part in a database transaction; if not, it is called after the commit. */
  readonly transactional: boolean;
  ring(bells: readonly Bell[], within?: Transaction): Promise<void>;
  /**
   * Calls `handler` for each bell, at most `concurrency` at once. A handler that throws counts as `again`.
   * @returns stops taking bells, and waits for the handlers that run
   */
  consume(handler: (bell: Bell) => Promise<BellOutcome>, concurrency: number): Promise<() => Promise<void>>;
  /** Throws when bells can't be rung now. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export type TaskState = 'AWAITING_UPLOAD' | 'UPLOADED' | 'PROCESSING' | 'PROCESSED' | 'FAILED' | 'EXPIRED';

/** The wish: which format, and how. */
export interface Wish {
  format: string;
  options: TaskOptions;
}

export type TaskOptions = Readonly<Record<string, unknown>>;

/** A conversion's outcome as the task shows it. */
export interface ConversionResult {
  /** Key under the results root. */
  key: string;
  /** Bytes. */
  size: number;
  media: MediaInfo;
  warnings: readonly string[];
  /** What the format could not do as wished, and what was made instead. */
  adaptations: readonly Adaptation[];
}

export interface TaskFailure {
  code: FailureCode;
  message: string;
}

/** One original and the wish to have it in another format. */
export interface Task {
  id: number;
  userId: number;
  /** As the user gave it, with its extension. */
  name: string;
  /** The extension of `name` in lower case, without the dot; empty where there is none. */
  originalExt: string;
  wish: Wish;
  state: TaskState;
  /** Counts how often the wish was changed, from 1. */
  revision: number;
  /** Tries of this revision, from 0. */
  attempt: number;
  /** Bytes of the original as they were announced; null where they were not. */
  declaredSize: number | null;
  uploadExpiresAt: Date;
  /** 0 to 1. */
  progress: number;
  media: MediaInfo | null;
  result: ConversionResult | null;
  error: TaskFailure | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

export interface NewTask {
  userId: number;
  name: string;
  originalExt: string;
  wish: Wish;
  declaredSize: number | null;
  /** When an upload that has not come is given up. */
  uploadExpiresAt: Date;
}

export interface TaskPage {
  /** At most so many. */
  limit: number;
  descending: boolean;
  state?: TaskState;
  /** Only ids beyond this one, in the order asked for. */
  after?: number;
}

/** Tasks as their owners see them. Whatever makes a task UPLOADED also rings its bell. */
export interface TaskStore {
  create(task: NewTask): Promise<Task>;
  /** AWAITING_UPLOAD to UPLOADED; undefined where somebody else was first, or it expired. */
  uploaded(id: number): Promise<Task | undefined>;
  find(id: number, userId?: number): Promise<Task | undefined>;
  list(userId: number, page: TaskPage): Promise<Task[]>;
  /** Sets another wish: next revision, UPLOADED; undefined where there is no such task or its original never came. */
  change(id: number, userId: number, wish: Wish): Promise<Task | undefined>;
  /** Removes the row and answers what it was; undefined where there is none. */
  remove(id: number, userId?: number): Promise<Task | undefined>;
}

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

/** The right of one attempt to convert one revision of one task, for a short time that heartbeats renew. */
export interface Lease {
  taskId: number;
  revision: number;
  attempt: number;
}

/**
 * Why a claim was refused. `leased`: somebody's lease still runs, so the bell must come again. All others are final:
 * `gone` (no such task), `stale` (an older revision), `finished`, `failed`, `not_uploaded`, `gave_up` (attempts used up).
 */
export type ClaimRefusal = 'gone' | 'stale' | 'finished' | 'failed' | 'not_uploaded' | 'gave_up' | 'leased';

/** Who converts what: each change is one compare-and-set, so that a late attempt changes nothing. */
export interface LeaseStore {
  claim(bell: Bell, worker: string): Promise<{ lease: Lease; task: Task } | { refused: ClaimRefusal }>;
  /** Renews the lease and notes progress (0 to 1); false where it is no longer held: stop at once. */
  heartbeat(lease: Lease, progress: number): Promise<boolean>;
  /** PROCESSING to PROCESSED; false where the lease was lost: the result is nobody's. */
  finish(lease: Lease, media: MediaInfo, result: ConversionResult): Promise<boolean>;
  /** PROCESSING to FAILED; false where the lease was lost. */
  fail(lease: Lease, failure: TaskFailure, media: MediaInfo | null): Promise<boolean>;
  /** Hands a task back as if this attempt had not been made, and rings; false where the lease was lost. */
  release(lease: Lease): Promise<boolean>;
  /** Ends an attempt that counts; nobody else may begin one for `seconds`. False where the lease was lost. */
  postpone(lease: Lease, seconds: number): Promise<boolean>;
  /** Ends the leases of a worker that is known to be dead; its tasks count an attempt and ring again. */
  releaseAll(worker: string): Promise<number>;
}

/** What time alone makes wrong. Each answers how many rows it mended. */
export interface Housekeeping {
  /** Rings again for tasks UPLOADED or with a dead lease, whose last bell is older than `seconds`. */
  ringAgain(seconds: number): Promise<number>;
  /** Waiting, or PROCESSING with a dead lease, and no attempts left becomes FAILED `gave_up`; all such tasks, or one. */
  giveUp(id?: number): Promise<number>;
  /** AWAITING_UPLOAD past its time becomes EXPIRED. */
  expireUploads(): Promise<number>;
  /** Forgets the sessions of uploads that ended so long ago that nothing comes of them any more. */
  forgetUploads(): Promise<number>;
  /** Removes refresh tokens that ran out. */
  removeExpiredTokens(): Promise<number>;
  /** Whether `chore` is due, so many seconds after it was last; of all processes that ask, one is told so. */
  takeTurn(chore: string, seconds: number): Promise<boolean>;
}

export interface User {
  id: number;
  name: string;
  email: string;
  passwordHash: string;
}

export interface UserStore {
  /** Throws `taken` where name or email is in use. */
  create(user: Omit<User, 'id'>): Promise<User>;
  findByEmail(email: string): Promise<User | undefined>;
  find(id: number): Promise<User | undefined>;
}

export interface RefreshToken {
  /** SHA-256 of the token, so that a stolen table opens nothing. */
  hash: string;
  /** All tokens that came of one log-in. */
  family: string;
  userId: number;
  expiresAt: Date;
}

export interface RefreshTokenStore {
  add(token: RefreshToken): Promise<void>;
  /** Marks a token as used and answers it; `reused` where it was used before; undefined where it is unknown or expired. */
  use(hash: string): Promise<{ token: RefreshToken; reused: boolean } | undefined>;
  revokeFamily(family: string): Promise<void>;
}

/** A row of the first generation's table `user`. */
export interface OldUser {
  email: string;
  name: string | null;
  /** In clear text. */
  password: string | null;
}

/** A row of the first generation's table `task`. */
export interface OldTask {
  id: number;
  createdAt: Date;
  name: string;
  /** Such as `MP3`. */
  convertedExt: string;
  /** `PROCESSED`, or something else. */
  state: string;
  /** Of its owner. */
  email: string;
}

/** The first generation's tables, each in the order of its key. */
export interface FirstGeneration {
  users(): AsyncIterable<OldUser>;
  tasks(): AsyncIterable<OldTask>;
}

/** A task as it comes over: its first revision, never tried. */
export interface InheritedTask {
  id: number;
  userId: number;
  name: string;
  originalExt: string;
  format: string;
  state: 'UPLOADED' | 'PROCESSED' | 'EXPIRED';
  createdAt: Date;
  media: MediaInfo | null;
  result: ConversionResult | null;
}

/** Takes rows of the first generation in. */
export interface Inheritance {
  /** Whatever its case. */
  isNameTaken(name: string): Promise<boolean>;
  /** Keeps the id; the next sweep rings for what is UPLOADED. */
  addTask(task: InheritedTask): Promise<void>;
  /** Has new tasks get ids beyond all that there are. */
  moveSequence(): Promise<void>;
}

/** Passing time and chance, handed in so that tests own them. */
export interface Clock {
  now(): Date;
}
