import type { StoredAdaptation } from '../audio/media/adaptations.ts';
import type { MediaInfo } from '../audio/media/media-info.ts';
import type { Receipt } from '../audio/media/receipt.ts';
import type { Warning } from '../audio/media/warnings.ts';
import type { FailureCode } from '../runtime/errors.ts';

/** Every state of a task; the API and the database know no others. */
export const TASK_STATES = [
  'AWAITING_UPLOAD',
  'UPLOADED',
  'PROCESSING',
  'PROCESSED',
  'FAILED',
  'EXPIRED',
] as const;

export type TaskState = (typeof TASK_STATES)[number];

/** Whether a state can change only by a request. */
export function isFinal(state: TaskState): boolean {
  return state === 'PROCESSED' || state === 'FAILED' || state === 'EXPIRED';
}

/** The requested output: a format and its options. */
export interface RequestedOutput {
  format: string;
  options: TaskOptions;
}

/** One of several outputs that a task makes of its original. */
export interface NamedOutput extends RequestedOutput {
  /** File name of its result without the extension; null: that of the original. */
  name: string | null;
}

/** Maximum number of outputs of one task. */
export const MOST_OUTPUTS = 10;

/** All that a task makes of its original. `format` and `options` are those of the first output. */
export interface RequestedOutputs extends RequestedOutput {
  /** Absent if the request asked for one output without a list. */
  outputs?: readonly NamedOutput[];
}

export type TaskOptions = Readonly<Record<string, unknown>>;

/** A conversion's outcome as the task shows it. */
export interface ConversionResult<W = Warning> {
  /** Key under the results root. */
  key: string;
  /** Bytes. */
  size: number;
  media: MediaInfo;
  /** Whether the packets of the original were copied; absent in results of earlier versions. */
  copied?: boolean;
  warnings: readonly W[];
  /** Properties that the format does not support as requested, with the values used instead. */
  adaptations: readonly StoredAdaptation[];
  /** Absent if it was not asked for. */
  receipt?: Receipt;
  /** File name of a part, with its extension; absent if the requested outputs tell the name. */
  name?: string;
  /** Results after the first one, in the order of the outputs or parts; absent if there are none. */
  more?: readonly FurtherResult<W>[];
}

/** A result after the first one. */
export interface FurtherResult<W = Warning> extends Omit<ConversionResult<W>, 'more' | 'name'> {
  format: string;
  /** File name, with its extension. */
  name: string;
}

export interface TaskFailure {
  /** `files_removed`: of a task whose files were removed after their time. */
  code: FailureCode | 'files_removed';
  message: string;
}

export type HashName = 'crc32c' | 'md5' | 'sha256' | 'sha512';

/** Hashes of bytes, in base64; CRC32C in big-endian byte order, as Cloud Storage writes it. */
export type Hashes = Readonly<Partial<Record<HashName, string>>>;

/** A picture that the owner sent as the cover of the results. */
export interface SentCover {
  mimeType: string;
  /** Pixels. */
  width: number;
  height: number;
  /** Bytes. */
  size: number;
  /** Hexadecimal. */
  sha256: string;
}

/** An address as its owner may see it again: without its query, which may be a signature. */
export interface ShownAddress {
  url: string;
}

/** The address from which the service fetches an original, and how far it is. */
export interface Source extends ShownAddress {
  /** Bytes that came. */
  received: number;
  /** Bytes of the whole file; null if the server did not say. */
  size: number | null;
}

/** Outcome of a delivery: its last try. */
export interface Delivered {
  at: string;
  /** HTTP status of the answer; null if there was none. */
  status: number | null;
  /** Sentence for people; null if the result was delivered. */
  error: string | null;
}

/** One original and its requested output. */
export interface Task {
  id: number;
  userId: number;
  /** Null if the task belongs to no batch. */
  batchId: number | null;
  /** File name from the user, with its extension. */
  name: string;
  /** The extension of `name` in lower case, without the dot; empty if there is none. */
  originalExt: string;
  requestedOutput: RequestedOutputs;
  state: TaskState;
  /** Counts the requested outputs, from 1. */
  revision: number;
  /** Counts the attempts of this revision, from 0. */
  attempt: number;
  /** Declared bytes of the original; null if not declared. */
  declaredSize: number | null;
  uploadExpiresAt: Date;
  /** Known checksums of the original; null if none. */
  checksums: Hashes | null;
  /** Null if none was sent. */
  cover: SentCover | null;
  /** Null if the client sends the original. */
  source: Source | null;
  /** Where the result is delivered as well; null: nowhere. */
  destination: ShownAddress | null;
  /** Null if nothing is delivered, or not yet. */
  delivered: Delivered | null;
  /** 0 to 1; of a task that waits for its original, the part of it that was fetched. */
  progress: number;
  media: MediaInfo | null;
  result: ConversionResult | null;
  error: TaskFailure | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** Time at which its files are removed; null: they are kept, or the conversion has not ended. */
  expiresAt: Date | null;
  /** Whether its owner was told that this time is near. */
  isExpiring: boolean;
}

export interface NewTask {
  userId: number;
  name: string;
  originalExt: string;
  requestedOutput: RequestedOutputs;
  declaredSize: number | null;
  /** Time at which the task expires without an upload. */
  uploadExpiresAt: Date;
  /** Address from which the service fetches the original; undefined: the client sends it. */
  source?: NewAddress | undefined;
  /** Seconds after which its import may begin, unless `TransferStore.begin` is called before; undefined: at once. */
  importDelay?: number | undefined;
  /** Address to which the result is delivered as well. */
  destination?: NewAddress | undefined;
  /** Id of the request with an Idempotency-Key that makes the task; see `Creation`. */
  requestId?: string | undefined;
}

/** Orders of a list: of creation, or of a value and, among equals, of creation. */
export const TASK_ORDERS = ['created', 'name', 'state', 'size'] as const;

export type TaskOrder = (typeof TASK_ORDERS)[number];
/** An address with its secret query, and as it may be shown. */
export interface NewAddress extends ShownAddress {
  secret: string;
}

export interface TaskPage {
  /** Maximum number of tasks. */
  limit: number;
  descending: boolean;
  /** Default: `created`. */
  order?: TaskOrder;
  /** Only tasks whose name contains this, whatever its case. */
  name?: string;
  state?: TaskState;
  format?: string;
  batchId?: number;
  /** Only ids after this one, in the requested order. */
  after?: number;
  /** Value of the order at `after`; without it, the order is that of creation. */
  afterValue?: string | number;
}

/** The owner of tasks, as an access token names the user. */
export interface Owner {
  userId: number;
  email: string;
}

/** A task as the API shows it to its owner. */
export interface ShownTask {
  id: number;
  /** An object of JSON. */
  json: string;
}

/** Number of a user's tasks. */
export interface Usage {
  /** Number of tasks by state. */
  tasks: Partial<Record<TaskState, number>>;
}

/** Tasks as their owners see them. Each method that makes a task UPLOADED also enqueues its message. */
export interface TaskStore {
  /** Throws `idempotency_key_in_use` if another attempt of the same request has made its task. */
  create(task: NewTask): Promise<Task>;
  /** Task that a request with an Idempotency-Key made; undefined if it made none. */
  findRequested(requestId: string): Promise<Task | undefined>;
  /**
   * AWAITING_UPLOAD to UPLOADED; undefined if the task has another state.
   * @param checksums of the original; undefined keeps those that are known
   */
  markUploaded(id: number, checksums?: Hashes): Promise<Task | undefined>;
  find(id: number, userId?: number): Promise<Task | undefined>;
  /** Those of the tasks that exist, by id. */
  findAll(ids: ReadonlySet<number>): Promise<Map<number, Task>>;
  /** A page of tasks; an unknown owner has none. */
  list(owner: Owner, page: TaskPage): Promise<ShownTask[]>;
  usage(userId: number): Promise<Usage>;
  /** A task as JSON; undefined if it does not exist or has another owner. */
  show(owner: Owner, id: number): Promise<string | undefined>;
  /** Sets another requested output: next revision, UPLOADED; undefined if the task does not exist or has no original. */
  change(id: number, userId: number, requestedOutput: RequestedOutputs): Promise<Task | undefined>;
  /**
   * Sets or removes the cover, and makes the next revision as `change` does if the original was received.
   * @returns undefined if the task does not exist, has expired, or has a refused original
   */
  setCover(id: number, userId: number, cover: SentCover | null): Promise<Task | undefined>;
  /** Removes the row and returns the task; undefined if it does not exist. */
  remove(id: number, userId?: number): Promise<Task | undefined>;
}
