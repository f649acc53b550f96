import type { Task, TaskState } from './tasks.ts';

/** A change of a task that its owner can see. */
export interface TaskChange {
  userId: number;
  taskId: number;
  batchId: number | null;
  /** Number of the change, which rises with each change of any task; null for a change of the progress only. */
  number: number | null;
  /** Null if the task was removed. */
  state: TaskState | null;
  /** 0 to 1. */
  progress: number;
}

export interface TaskChangeListener {
  onChange(change: TaskChange): void;
  /**
   * Changes may be missing since the last call; the listener reads its tasks again.
   * @param batchId batch whose changes are missing; undefined: those of any task
   */
  onGap(batchId?: number): void;
  /** The service disabled a webhook of the user; it may be told twice. */
  onWebhookDisabled(webhookId: number): void;
}

/** Changes of tasks in all processes, as they are committed. */
export interface TaskChanges {
  /** Calls the listener for each change of one user's tasks, until the returned function is called. */
  listen(userId: number, listener: TaskChangeListener): Promise<() => void>;
  close(): Promise<void>;
}

/** A task with the number of its last change. */
export interface ChangedTask {
  number: number;
  task: Task;
}

export interface ChangedPage {
  userId: number;
  /** Undefined: the tasks of every batch and of none. */
  batchId: number | undefined;
  /** Number of a change. */
  after: number;
  /** Maximum number of tasks. */
  limit: number;
}

/** Tasks by the number of their last change. */
export interface ChangedTaskStore {
  /** The number of the last change of any task. */
  last(): Promise<number>;
  find(userId: number, taskId: number): Promise<ChangedTask | undefined>;
  /** The next tasks whose number is above `after`, by number. */
  after(page: ChangedPage): Promise<ChangedTask[]>;
  /** The next tasks that can still change by themselves, whose number is above `after`, by number. */
  unfinished(page: ChangedPage): Promise<ChangedTask[]>;
}
