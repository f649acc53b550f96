import type { TaskState } from './tasks.ts';

/** The little of a task that is needed to send its result among others. */
export interface TaskResult {
  id: number;
  name: string;
  format: string;
  state: TaskState;
  /** Sentence of the failure. */
  error: string | null;
  /** Null without a result. */
  file: { key: string /** Bytes. */; size: number; at: Date } | null;
  /** File name of the first result without its extension, if the request gave one. */
  resultName?: string;
  /** File name of the first result with its extension, if it is a part. */
  partName?: string;
  /** Results after the first one. */
  more?: readonly { key: string; name: string; size: number }[];
}

/** Results of many tasks at once. */
export interface TaskResultStore {
  /** Tasks of a batch, by id. */
  ofBatch(userId: number, batchId: number): Promise<TaskResult[]>;
  /** Those of the tasks that exist and belong to the user, by id. */
  ofTasks(userId: number, ids: readonly number[]): Promise<TaskResult[]>;
}
