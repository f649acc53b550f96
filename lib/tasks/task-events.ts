import { type Batch, type BatchKey, type BatchStore, hasEnded } from '../ports/batches.ts';
import type { ChangedPage, ChangedTask, ChangedTaskStore, TaskChanges } from '../ports/task-changes.ts';
import { isFinal, type Task } from '../ports/tasks.ts';
import type { Webhook, WebhookStore } from '../ports/webhooks.ts';
import { noSuchBatch } from './batches.ts';
import { createInbox, type Told, type Watched } from './event-inbox.ts';
import { noSuchTask } from './tasks.ts';

/** Tasks of one page while a stream reads the present state. */
const PAGE = 100;

export type TaskEvent =
  | { type: 'state'; number: number; task: Task }
  | { type: 'progress'; taskId: number; progress: number }
  | { type: 'removed'; taskId: number }
  | { type: 'batch'; batch: Batch }
  | { type: 'batch-removed'; batchId: number }
  | { type: 'webhook-disabled'; webhook: Webhook };

export interface TaskEvents {
  /**
   * The present state first: the batch; the task, or all tasks that can still change; with `after`, everything that changed
   * since. Then every change until the signal aborts, and the batch again when tasks of it have ended; the stream of a batch
   * ends when it is removed. The stream of all tasks has the webhooks that the service disables. A slow reader gets the newest state of each task. Throws `not_found`.
   */
  watch(watched: Watched, signal: AbortSignal): Promise<AsyncGenerator<TaskEvent>>;
  /** Waits until a task is PROCESSED, FAILED or EXPIRED, is removed, does not exist, or until the signal aborts. */
  settled(userId: number, taskId: number, signal: AbortSignal): Promise<void>;
  /** Waits until all tasks of a batch have ended, it is removed, does not exist, or until the signal aborts. */
  batchSettled(key: BatchKey, signal: AbortSignal): Promise<void>;
  /** Ends all streams. */
  close(): Promise<void>;
}

export interface TaskEventsDependencies {
  store: ChangedTaskStore;
  batches: Pick<BatchStore, 'find'>;
  webhooks: Pick<WebhookStore, 'find'>;
  changes: TaskChanges;
}

export function createTaskEvents({ store, batches, webhooks, changes }: TaskEventsDependencies): TaskEvents {
  const closing = new AbortController();
  const find = shared(store);

  async function* watch(watched: Watched, signal: AbortSignal): AsyncGenerator<TaskEvent> {
    const ending = AbortSignal.any([signal, closing.signal]);
    const inbox = createInbox(watched, ending);
    const stop = await changes.listen(watched.userId, inbox);
    // A reader that is gone may have left this stream between two events, where nothing takes it on.
    ending.addEventListener('abort', stop, { once: true });
    try {
      if (ending.aborted) return;
      const batch = createBatchState(batches, watched);
      yield* batch.first();
      const sent = createSent(await store.last());
      yield* sent.onlyNew(present(store, watched));
      for (let next = await inbox.take(); next; next = await inbox.take()) {
        batch.note(next);
        yield* events(watched, next, sent);
        if (inbox.isEmpty()) yield* ofBatch(watched, batch.changed(), sent);
        if (batch.isGone()) return;
      }
    } finally {
      stop();
    }
  }

  async function* events({ userId, ...watched }: Watched, next: Told, sent: Sent) {
    if (typeof next === 'object' && 'webhookId' in next) {
      const webhook = await webhooks.find(userId, next.webhookId);
      if (webhook?.disabledAt) yield { type: 'webhook-disabled', webhook } as const;
    } else if (next === 'gap') yield* sent.onlyNew(missed(store, { userId, ...watched }, sent.last()));
    else if (next.state === null) yield { type: 'removed', taskId: next.taskId } as const;
    else if (next.number === null)
      yield { type: 'progress', taskId: next.taskId, progress: next.progress } as const;
    else yield* sent.onlyNew(find(userId, next.taskId, next.number));
  }

  /** A batch ends after its last task, also where the change of that task is still on its way. */
  async function* ofBatch(watched: Watched, found: AsyncIterable<TaskEvent>, sent: Sent) {
    for await (const event of found) {
      if (event.type === 'batch' && hasEnded(event.batch))
        yield* sent.onlyNew(missed(store, watched, sent.last()));
      yield event;
    }
  }

  return {
    watch: async (watched, signal) => watch(watched, signal),
    async settled(userId, taskId, signal) {
      if (!(await store.find(userId, taskId))) return;
      for await (const event of watch({ userId, taskId, after: undefined }, signal))
        if (event.type === 'removed' || (event.type === 'state' && isFinal(event.task.state))) return;
    },
    async batchSettled(key, signal) {
      if (!(await batches.find(key))) return;
      const watched = { userId: key.userId, taskId: undefined, batchId: key.id, after: undefined };
      for await (const event of watch(watched, signal))
        if (event.type === 'batch-removed' || (event.type === 'batch' && hasEnded(event.batch))) return;
    },
    async close() {
      closing.abort();
      await changes.close();
    },
  };
}

/** The present state of what is watched, page by page. */
async function* present(store: ChangedTaskStore, watched: Watched): AsyncGenerator<ChangedTask> {
  const { userId, taskId, after } = watched;
  if (taskId !== undefined) {
    const found = await store.find(userId, taskId);
    if (!found) throw noSuchTask();
    yield found;
    return;
  }
  yield* pages(after === undefined ? store.unfinished : store.after, watched, after ?? 0);
}

/** Changes that committed while none was received. A transaction may have committed after one with a higher number. */
async function* missed(store: ChangedTaskStore, watched: Watched, last: number): AsyncGenerator<ChangedTask> {
  const { taskId } = watched;
  for await (const changed of pages(store.after, watched, Math.max(0, last - MARGIN)))
    if (taskId === undefined || changed.task.id === taskId) yield changed;
}

/** Numbers by which two transactions may commit out of order. */
const MARGIN = 100;

async function* pages(
  read: (page: ChangedPage) => Promise<ChangedTask[]>,
  { userId, batchId }: Watched,
  from: number,
): AsyncGenerator<ChangedTask> {
  for (let after = from; ; ) {
    const page = await read({ userId, batchId, after, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = last.number;
  }
}

/** The batch of a stream, as it was last sent; nothing for a stream of other tasks. */
function createBatchState(batches: Pick<BatchStore, 'find'>, { userId, batchId: id }: Watched) {
  let due = true;
  let gone = false;
  const find = async () => (id === undefined ? undefined : batches.find({ id, userId }));
  return {
    isGone: () => gone,
    /** Throws `not_found`. */
    async *first(): AsyncGenerator<TaskEvent> {
      for await (const event of this.changed()) {
        if (gone) throw noSuchBatch();
        yield event;
      }
    },
    note(change: Told) {
      if (typeof change === 'object' && 'webhookId' in change) return;
      if (change === 'gap' || change.state === null || isFinal(change.state)) due = true;
    },
    async *changed(): AsyncGenerator<TaskEvent> {
      if (id === undefined || !due) return;
      due = false;
      const batch = await find();
      gone = batch === undefined;
      yield batch ? { type: 'batch', batch } : { type: 'batch-removed', batchId: id };
    },
  };
}

/** Tasks whose last number a stream remembers, so that a stream of days stays small. */
const REMEMBERED = 1000;

type Sent = ReturnType<typeof createSent>;

/** The states that a stream has sent. */
function createSent(begin: number) {
  const numbers = new Map<number, number>();
  let last = begin;
  return {
    last: () => last,
    /** Events for those states that the stream has not sent. */
    async *onlyNew(found: AsyncIterable<ChangedTask>): AsyncGenerator<TaskEvent> {
      for await (const { number, task } of found) {
        if (number <= (numbers.get(task.id) ?? 0)) continue;
        numbers.delete(task.id);
        numbers.set(task.id, number);
        const [oldest] = numbers.keys();
        if (oldest !== undefined && numbers.size > REMEMBERED) numbers.delete(oldest);
        last = Math.max(last, number);
        yield { type: 'state', number, task };
      }
    },
  };
}

/** Streams that ask for the same task after the same change share one query. */
function shared(store: ChangedTaskStore) {
  const running = new Map<string, Promise<ChangedTask | undefined>>();
  return async function* (userId: number, taskId: number, number: number): AsyncGenerator<ChangedTask> {
    const key = `${userId}/${taskId}/${number}`;
    const asked = running.get(key) ?? store.find(userId, taskId).finally(() => running.delete(key));
    running.set(key, asked);
    const found = await asked;
    if (found) yield found;
  };
}
