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
}

/** Results of many tasks at once. */
export interface TaskResultStore {
  /** Tasks of a batch, by id. */
  ofBatch(userId: number, batchId: number): Promise<TaskResult[]>;
  /** Those of the tasks that exist and belong to the user, by id. */
  ofTasks(userId: number, ids: readonly number[]): Promise<TaskResult[]>;
}
