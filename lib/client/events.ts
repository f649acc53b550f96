import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { errorOf } from './errors.ts';
import { pause } from './retries.ts';
import type { components } from './schema.ts';
import type { Transport } from './transport.ts';

export type Task = components['schemas']['Task'];

/** A webhook to which the service sends nothing any more, because its receiver failed. */
export type DisabledWebhook = Pick<components['schemas']['Webhook'], 'id' | 'url' | 'taskId' | 'batchId'> & {
  reason: 'gone' | 'failing' | 'too_many';
  disabledAt: string;
};

/** A change of a task, of its batch, or of the account. */
export type TaskEvent =
  | { type: 'task.state'; task: Task; id: string | undefined }
  | { type: 'task.progress'; taskId: number; progress: number }
  | { type: 'task.removed'; taskId: number }
  /** The files of a task are removed at a time that is near. */
  | { type: 'task.expiring'; taskId: number; expiresAt: string }
  /** Counts of the batch, in its own stream. */
  | { type: 'batch.state'; batch: components['schemas']['Batch'] }
  /** The service disabled a webhook, in the stream of all tasks. */
  | { type: 'webhook.disabled'; webhook: DisabledWebhook }
  /** The stream begins, or goes on after a break. */
  | { type: 'connected' };

export interface EventOptions {
  /** Events of this task alone. */
  taskId?: number | undefined;
  /** Events of the tasks of this batch, and of the batch. */
  batchId?: number | undefined;
  /** Id of the last event that the caller has; the stream begins with everything that changed since. */
  lastEventId?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** Milliseconds before a stream that ended is opened again, unless the service names another time. */
const RECONNECT = 1000;

/** Milliseconds without a byte after which a stream counts as lost: the service sends a comment every 15 seconds. */
const SILENCE = 40_000;

/**
 * Streams changes, and connects again after each break with the id of the last event. Ends when the signal aborts. Throws a
 * TonemillError if the stream is refused or is none.
 */
export async function* watchEvents(
  transport: Transport,
  baseUrl: string,
  watched: EventOptions,
): AsyncGenerator<TaskEvent, void, undefined> {
  try {
    yield* streams(transport, baseUrl + pathOf(watched), watched);
  } catch (error) {
    if (!watched.signal?.aborted) throw error;
  }
}

async function* streams(
  transport: Transport,
  url: string,
  { lastEventId: last, signal }: EventOptions,
): AsyncGenerator<TaskEvent, void, undefined> {
  let reconnect = RECONNECT;
  const onRetry = (milliseconds: number) => {
    reconnect = milliseconds;
  };
  for (;;) {
    const headers = { Accept: 'text/event-stream', ...(last !== undefined && { 'Last-Event-ID': last }) };
    const request = new Request(url, { headers, cache: 'no-store', ...(signal && { signal }) });
    const response = await transport(request, signal);
    if (!isStream(response)) throw await errorOf(response);
    yield { type: 'connected' };
    for await (const message of messagesOf(response.body, onRetry)) {
      last = message.id ?? last;
      const event = eventOf(message);
      if (event) yield event;
    }
    await pause(reconnect, signal);
  }
}

function pathOf({ taskId, batchId }: EventOptions): string {
  if (taskId !== undefined) return `/api/tasks/${taskId}/events`;
  return batchId === undefined ? '/api/events' : `/api/batches/${batchId}/events`;
}

function isStream(response: Response): response is Response & { body: ReadableStream<Uint8Array> } {
  const type = response.headers.get('Content-Type') ?? '';
  return response.ok && type.startsWith('text/event-stream') && response.body !== null;
}

/** The messages of a stream until it ends, breaks, or has been silent for too long. */
async function* messagesOf(
  body: ReadableStream<Uint8Array>,
  onRetry: (milliseconds: number) => void,
): AsyncGenerator<EventSourceMessage, void, undefined> {
  const messages: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => messages.push(message), onRetry });
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const next = await readOrLost(reader);
      if (next === undefined || next.done) return;
      parser.feed(decoder.decode(next.value, { stream: true }));
      yield* messages.splice(0);
    }
  } finally {
    // A connection that broke is no error: a further one follows.
    await reader.cancel().catch(() => undefined);
  }
}

/** The next bytes; undefined if the connection is lost. */
async function readOrLost(reader: ReadableStreamDefaultReader<Uint8Array>) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silent = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, SILENCE, undefined);
  });
  try {
    return await Promise.race([reader.read(), silent]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** Undefined for kinds of events that this library does not know. */
function eventOf({ event, data, id }: EventSourceMessage): TaskEvent | undefined {
  switch (event) {
    case 'task.state':
      return { type: event, task: JSON.parse(data), id };
    case 'task.progress': {
      const { id: taskId, progress }: { id: number; progress: number } = JSON.parse(data);
      return { type: event, taskId, progress };
    }
    case 'task.removed': {
      const { id: taskId }: { id: number } = JSON.parse(data);
      return { type: event, taskId };
    }
    case 'task.expiring': {
      const { id: taskId, expiresAt }: { id: number; expiresAt: string } = JSON.parse(data);
      return { type: event, taskId, expiresAt };
    }
    case 'batch.state':
      return { type: event, batch: JSON.parse(data) };
    case 'webhook.disabled':
      return { type: event, webhook: JSON.parse(data) };
    default:
      return undefined;
  }
}
