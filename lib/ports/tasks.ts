import type { Adaptation, MediaInfo } from '../audio/media/media-info.ts';
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

/** The requested output: a format and its options. */
export interface RequestedOutput {
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
  /** Properties that the format does not support as requested, with the values used instead. */
  adaptations: readonly Adaptation[];
}

export interface TaskFailure {
  code: FailureCode;
  message: string;
}

export type HashName = 'crc32c' | 'md5' | 'sha256' | 'sha512';

/** Hashes of bytes, in base64; CRC32C in big-endian byte order, as Cloud Storage writes it. */
export type Hashes = Readonly<Partial<Record<HashName, string>>>;

/** One original and its requested output. */
export interface Task {
  id: number;
  userId: number;
  /** File name from the user, with its extension. */
  name: string;
  /** The extension of `name` in lower case, without the dot; empty if there is none. */
  originalExt: string;
  requestedOutput: RequestedOutput;
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
  requestedOutput: RequestedOutput;
  declaredSize: number | null;
  /** Time at which the task expires without an upload. */
  uploadExpiresAt: Date;
}

export interface TaskPage {
  /** Maximum number of tasks. */
  limit: number;
  descending: boolean;
  state?: TaskState;
  /** Only ids after this one, in the requested order. */
  after?: number;
}

/** Tasks as their owners see them. Each method that makes a task UPLOADED also enqueues its message. */
export interface TaskStore {
  create(task: NewTask): Promise<Task>;
  /**
   * AWAITING_UPLOAD to UPLOADED; undefined if the task has another state.
   * @param checksums of the original; undefined keeps those that are known
   */
  markUploaded(id: number, checksums?: Hashes): Promise<Task | undefined>;
  find(id: number, userId?: number): Promise<Task | undefined>;
  list(userId: number, page: TaskPage): Promise<Task[]>;
  /** Sets another requested output: next revision, UPLOADED; undefined if the task does not exist or has no original. */
  change(id: number, userId: number, requestedOutput: RequestedOutput): Promise<Task | undefined>;
  /** Removes the row and returns the task; undefined if it does not exist. */
  remove(id: number, userId?: number): Promise<Task | undefined>;
}
