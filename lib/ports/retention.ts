import type { Task } from './tasks.ts';

/** Seconds between the warning about a task's files and their removal, at least. */
export const WARNING_SECONDS = 86_400;

/** Days for which files are kept. */
export interface RetentionRules {
  /** After the end of the conversion; 0: until their owner removes them. */
  days: number;
  /** At most, after the creation of the task. */
  maxDays: number;
}

/** Times at which files of tasks are removed. Each method changes at most `limit` tasks, so that it holds no lock for long. */
export interface RetentionStore {
  /**
   * Gives ended tasks without a time one: that of their user's retention, but not before a warning is possible. A user
   * without a retention keeps files.
   * @returns the number of changed tasks
   */
  assign(limit: number): Promise<number>;
  /** Marks tasks whose time is near as told, which sends `task.expiring`; their files stay for `WARNING_SECONDS` from now. */
  tell(limit: number): Promise<number>;
  /**
   * Makes told tasks whose time has passed EXPIRED, without anything that tells the content of their files.
   * @returns the tasks as they were, for the removal of their files
   */
  expire(limit: number): Promise<Task[]>;
  /** Takes all times back, for a service without retention. */
  clear(limit: number): Promise<number>;
  /** Moves the time of a task that is unchanged since it was read; undefined if it has changed. */
  keep(task: Task, until: Date): Promise<Task | undefined>;
}
