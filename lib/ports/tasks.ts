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

/** The requested output: which format, and how. */
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
  /** What the format could not do as requested, and what was made instead. */
  adaptations: readonly Adaptation[];
}

export interface TaskFailure {
  code: FailureCode;
  message: string;
}

export type HashName = 'crc32c' | 'md5' | 'sha256' | 'sha512';

/** Hashes of bytes, in base64; CRC32C in big-endian byte order, as Cloud Storage writes it. */
export type Hashes = Readonly<Partial<Record<HashName, string>>>;

/** One original and the requested output to have it in another format. */
export interface Task {
  id: number;
  userId: number;
  /** As the user gave it, with its extension. */
  name: string;
  /** The extension of `name` in lower case, without the dot; empty where there is none. */
  originalExt: string;
  requestedOutput: RequestedOutput;
  state: TaskState;
  /** Counts how often the requested output was changed, from 1. */
  revision: number;
  /** Tries of this revision, from 0. */
  attempt: number;
  /** Bytes of the original as they were declared; null where they were not. */
  declaredSize: number | null;
  uploadExpiresAt: Date;
  /** Those of the original that are known; null where none is. */
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

/** Tasks as their owners see them. Whatever makes a task UPLOADED also enqueues its message. */
export interface TaskStore {
  create(task: NewTask): Promise<Task>;
  /**
   * AWAITING_UPLOAD to UPLOADED; undefined where somebody else was first, or it expired.
   * @param checksums of the original; what is known already stays where this is left out
   */
  markUploaded(id: number, checksums?: Hashes): Promise<Task | undefined>;
  find(id: number, userId?: number): Promise<Task | undefined>;
  list(userId: number, page: TaskPage): Promise<Task[]>;
  /** Sets another output: next revision, UPLOADED; undefined where there is no such task or its original never came. */
  change(id: number, userId: number, requestedOutput: RequestedOutput): Promise<Task | undefined>;
  /** Removes the row and answers what it was; undefined where there is none. */
  remove(id: number, userId?: number): Promise<Task | undefined>;
}
