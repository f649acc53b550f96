import type { Client, Task, TaskEvent } from '../../client/index.ts';
import { TonemillError } from '../../client/index.ts';

/** A webhook message, with the `data` that the service would send (docs/webhooks.md). */
export interface Message {
  type: string;
  at: Date;
  /** A few words for the line on the terminal. */
  about: string;
  data: object;
}

/** Types of events by the state that a task reached. */
const TYPES: Partial<Record<Task['state'], string>> = {
  UPLOADED: 'task.uploaded',
  PROCESSED: 'task.processed',
  FAILED: 'task.failed',
  EXPIRED: 'task.expired',
};

/** States from which a task goes on by itself. */
const UNFINISHED: ReadonlySet<Task['state']> = new Set(['AWAITING_UPLOAD', 'UPLOADED', 'PROCESSING']);

/**
 * Turns events of a stream into messages, each of them once: a stream may tell an event twice.
 * @param since milliseconds; tasks that ended before give no message
 */
export function createMessages(client: Pick<Client, 'tasks' | 'batches'>, since: number) {
  const sent = new Set<string>();
  const once = (key: string) => !sent.has(key) && sent.add(key);
  /** Batches of unfinished tasks: the removal of the last of them ends a batch too. */
  const unfinished = new Map<number, number>();

  async function* ofTask(task: Task): AsyncGenerator<Message> {
    const message = messageOf(task);
    const key = `${task.id} ${task.revision} ${message?.type}`;
    if (message && message.at.getTime() >= since && once(key)) yield message;
    if (task.batchId === null) return;
    if (UNFINISHED.has(task.state)) {
      unfinished.set(task.id, task.batchId);
      sent.delete(`batch ${task.batchId}`);
      return;
    }
    unfinished.delete(task.id);
    if (message && message.at.getTime() >= since) yield* ofBatch(task.batchId);
  }

  async function* ofRemoved(taskId: number): AsyncGenerator<Message> {
    const batchId = unfinished.get(taskId);
    unfinished.delete(taskId);
    if (batchId !== undefined) yield* ofBatch(batchId);
  }

  async function* ofBatch(batchId: number): AsyncGenerator<Message> {
    const batch = await orMissing(client.batches.get(batchId));
    if (!batch?.ended || batch.total === 0 || !once(`batch ${batchId}`)) return;
    const { id, name, total, states, createdAt } = batch;
    const data = { id, name, total, states, createdAt };
    yield { type: 'batch.finished', at: new Date(), about: `batch ${id}  ${name ?? ''}`.trim(), data };
  }

  return async function* messagesOf(event: TaskEvent): AsyncGenerator<Message> {
    switch (event.type) {
      case 'task.state':
        return yield* ofTask(event.task);
      case 'task.removed':
        return yield* ofRemoved(event.taskId);
      case 'task.expiring': {
        const task = await orMissing(client.tasks.get(event.taskId));
        if (!task || !once(`${event.taskId} expiring ${event.expiresAt}`)) return;
        const { result: _, error: __, startedAt: ___, ...short } = shortTask(task);
        const data = { ...short, expiresAt: event.expiresAt };
        return yield { type: event.type, at: new Date(), about: aboutTask(task), data };
      }
      case 'webhook.disabled': {
        const { disabledAt, ...data } = event.webhook;
        if (!once(`${data.id} disabled ${disabledAt}`)) return;
        const about = `webhook ${data.id}  ${data.reason}`;
        return yield { type: event.type, at: new Date(disabledAt), about, data };
      }
    }
  };
}

/** The message of a task that reached a state; undefined if the service sends none for it. */
function messageOf(task: Task): Message | undefined {
  const type = TYPES[task.state];
  // A changed task is converted again, and its original came before.
  if (type === undefined || (task.state === 'UPLOADED' && task.revision > 1)) return undefined;
  const at = task.finishedAt === null ? new Date() : new Date(task.finishedAt);
  return { type, at, about: aboutTask(task), data: shortTask(task) };
}

function aboutTask({ id, name }: Task): string {
  return `task ${id}  ${name}`;
}

function shortTask(task: Task) {
  const { id, name, convertedExt, state, revision, batchId, result, error, startedAt, finishedAt } = task;
  return {
    ...{ id, name, convertedExt, state, revision, batchId },
    result: result && { size: result.size, duration: result.media.duration },
    error: error && { code: error.code, message: error.message },
    createdAt: task.timestamp,
    ...{ startedAt, finishedAt },
  };
}

/** Undefined for what was removed meanwhile. */
async function orMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof TonemillError && error.code === 'not_found') return undefined;
    throw error;
  }
}
