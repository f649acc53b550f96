import { effect, untracked } from '@preact/signals';
import type { DisabledWebhook } from '../client/index.ts';
import { taskOf } from './known-tasks.ts';
import { complain } from './notices.ts';
import { removeNow } from './removals.ts';
import { service } from './service.ts';
import { session } from './session.ts';
import type { Task } from './task.ts';
import { changed, choose, clearTasks, gone, progressed } from './tasks.ts';

/** A listener of changes that come while the page is open. */
interface Listener {
  /** A task was converted, or could not be. */
  onEnded(task: Task): void;
  /** A task of a batch changed or was removed. */
  onBatch(): void;
  /** The service disabled a webhook. */
  onWebhookDisabled(webhook: DisabledWebhook): void;
}

/** Follows the tasks of the user for as long as there is one. */
export function followTasks(listener: Listener): void {
  effect(() => {
    if (session.value !== 'open') return;
    const stop = new AbortController();
    void follow(listener, stop.signal).catch(complain);
    untracked(() => void choose({}).catch(complain));
    return () => {
      stop.abort();
      clearTasks();
    };
  });
  addEventListener('pagehide', removeNow);
}

/** Passes on the changes of all tasks, also those of other programs. */
async function follow({ onEnded, onBatch, onWebhookDisabled }: Listener, signal: AbortSignal): Promise<void> {
  try {
    for await (const event of service.events({ signal })) {
      if (event.type === 'task.state') {
        const before = taskOf(event.task.id)?.peek();
        changed(event.task);
        const { state, batchId } = event.task;
        const isEnd = state === 'PROCESSED' || state === 'FAILED';
        if (before && before.state !== state && isEnd) onEnded(event.task);
        if (batchId !== null) onBatch();
      }
      if (event.type === 'task.progress') progressed(event.taskId, event.progress);
      if (event.type === 'webhook.disabled') onWebhookDisabled(event.webhook);
      if (event.type === 'task.removed') {
        if (taskOf(event.taskId)?.peek().batchId !== null) onBatch();
        gone(event.taskId);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
