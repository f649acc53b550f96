import { isFinal, type NewTask, TASK_STATES, type Task, type TaskState } from './tasks.ts';

/** Tasks that were created together. */
export interface Batch {
  id: number;
  userId: number;
  /** Null if none was given. */
  name: string | null;
  createdAt: Date;
  /** Number of its tasks by state. */
  states: Partial<Record<TaskState, number>>;
  /** 0 to 1, the mean of its tasks; a task that has ended counts as 1. */
  progress: number;
}

export interface NewBatch {
  userId: number;
  name: string | null;
  tasks: readonly NewTask[];
  /** Id of the request with an Idempotency-Key that makes the batch; see `Creation`. */
  requestId?: string | undefined;
}

/** A batch by its key. */
export interface BatchKey {
  id: number;
  userId: number;
}

export interface BatchPage {
  /** Maximum number of batches. */
  limit: number;
  /** Only batches before this one, which are older. */
  before?: number;
}

/** Batches as their owners see them. */
export interface BatchStore {
  /**
   * Creates a batch and its tasks, in their order, or nothing. Throws `idempotency_key_in_use` if another attempt of the
   * same request has made its batch.
   */
  create(batch: NewBatch): Promise<{ batch: Batch; tasks: Task[] }>;
  /** Undefined if it does not exist, has another owner, or is being removed. */
  find(key: BatchKey): Promise<Batch | undefined>;
  /** Batch that a request with an Idempotency-Key made; undefined if it made none. */
  findRequested(requestId: string): Promise<BatchKey | undefined>;
  /** A page of a user's batches, newest first. */
  list(userId: number, page: BatchPage): Promise<Batch[]>;
  /** Hides a batch, whose tasks can be removed then; false if the user has no such batch. A repeated call changes nothing. */
  hide(key: BatchKey): Promise<boolean>;
  /** Some tasks of a batch by id; none if it has none. */
  taskIds(id: number, limit: number): Promise<number[]>;
  /** Deletes a batch that is hidden and has no tasks. */
  delete(key: BatchKey): Promise<void>;
  /** Batches that were hidden at least so many seconds ago. */
  hidden(seconds: number, limit: number): Promise<BatchKey[]>;
}

/** Whether all tasks of a batch have ended; true without tasks. */
export function hasEnded({ states }: Pick<Batch, 'states'>): boolean {
  return TASK_STATES.every((state) => isFinal(state) || !states[state]);
}
