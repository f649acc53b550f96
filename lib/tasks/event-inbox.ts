import type { TaskChange, TaskChangeListener } from '../ports/task-changes.ts';

/** Milliseconds between two events about the progress of one task. */
const PROGRESS_PAUSE = 250;

/** Tasks that a stream is about. */
export interface Watched {
  userId: number;
  /** One task; undefined: all tasks of the batch or of the user. */
  taskId: number | undefined;
  /** Tasks of one batch. */
  batchId?: number;
  /** Number of the last state that the client has; undefined: none. */
  after: number | undefined;
}

/** News for a stream: a change of a task; `gap` if changes may be missing; a webhook that the service disabled. */
export type Told = TaskChange | 'gap' | { webhookId: number };

export interface Inbox extends TaskChangeListener {
  isEmpty(): boolean;
  /** The next news; undefined when the stream ends. */
  take(): Promise<Told | undefined>;
}

/** Changes that wait for one stream: the newest of each task, so that a slow reader holds little. */
export function createInbox(watched: Watched, signal: AbortSignal): Inbox {
  const waiting = new Map<number, TaskChange>();
  const progressAt = new Map<number, number>();
  const disabled = new Set<number>();
  let gap = false;
  let wake = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => wake.resolve(), { once: true });

  const isTooSoon = ({ taskId, number }: TaskChange) => {
    const now = performance.now();
    if (number === null && now - (progressAt.get(taskId) ?? -Infinity) < PROGRESS_PAUSE) return true;
    if (number === null) progressAt.set(taskId, now);
    else progressAt.delete(taskId);
    return false;
  };
  const isEmpty = () => !gap && waiting.size === 0 && disabled.size === 0;
  return {
    onChange(change: TaskChange) {
      if (watched.taskId !== undefined && change.taskId !== watched.taskId) return;
      if (watched.batchId !== undefined && change.batchId !== watched.batchId) return;
      const before = waiting.get(change.taskId);
      if (change.number === null && (before !== undefined || isTooSoon(change))) return;
      waiting.set(change.taskId, change);
      wake.resolve();
    },
    onGap(batchId?: number) {
      if (batchId !== undefined && batchId !== watched.batchId) return;
      gap = true;
      wake.resolve();
    },
    onWebhookDisabled(webhookId: number) {
      if (watched.taskId !== undefined || watched.batchId !== undefined) return;
      disabled.add(webhookId);
      wake.resolve();
    },
    isEmpty,
    async take() {
      while (isEmpty() && !signal.aborted) {
        await wake.promise;
        wake = Promise.withResolvers();
      }
      if (signal.aborted) return undefined;
      if (gap) {
        gap = false;
        return 'gap';
      }
      const [next] = waiting.values();
      if (next) {
        waiting.delete(next.taskId);
        return next;
      }
      const [webhookId] = disabled;
      if (webhookId === undefined) return undefined;
      disabled.delete(webhookId);
      return { webhookId };
    },
  };
}
