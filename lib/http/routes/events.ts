import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Auth } from '../../accounts/sessions.ts';
import type { Task } from '../../ports/tasks.ts';
import type { Webhook } from '../../ports/webhooks.ts';
import { wholeNumber } from '../../runtime/whole-number.ts';
import type { Watched } from '../../tasks/event-inbox.ts';
import type { TaskEvent, TaskEvents } from '../../tasks/task-events.ts';
import { bearer, principalOf, type RouterEnv, tokenOf } from '../bearer-auth.ts';
import { createRouter, type Router, validated } from '../router.ts';
import { batchJson } from '../schemas/batch.ts';
import { BATCH_ID, ID } from '../schemas/parameters.ts';
import { problems, SECURITY } from '../schemas/responses.ts';
import { taskJson } from '../schemas/task.ts';

export interface EventRouteDependencies {
  auth: Pick<Auth, 'authenticate'>;
  taskEvents: TaskEvents;
}

/** Seconds between two comments, which keep proxies from closing a quiet stream. */
const HEARTBEAT = 15;

/** Milliseconds that a client should wait until it connects again. */
const RETRY = 2000;

const EVENT_ID = 'expected the id of an event, a whole number';
const LAST_EVENT = z.object({
  'Last-Event-ID': wholeNumber(0, Number.MAX_SAFE_INTEGER, EVENT_ID).optional(),
});

const HEADERS = z.object({
  'last-event-id': z.string().optional().openapi({
    description:
      'Id of the last event that the client has; the stream begins with everything that changed since.',
  }),
});

const STREAM = {
  description:
    'Server-Sent Events: `task.state` with the task and an id, `task.expiring` with `{id, expiresAt}` a day before its files are removed, `task.progress` with `{id, progress}`, `task.removed` with `{id}`; those of a batch also `batch.state` with the batch, and `batch.removed` with `{id}`; those of all tasks also `webhook.disabled` with `{id, url, taskId, batchId, reason, disabledAt}`.',
  content: { 'text/event-stream': { schema: z.string() } },
};

const all = createRoute({
  method: 'get',
  path: '/api/events',
  operationId: 'watchTasks',
  summary: 'Changes of all tasks, as they happen',
  description: 'Begins with the state of each task that can still change.',
  security: SECURITY,
  request: { headers: HEADERS },
  responses: { 200: STREAM, ...problems(400, 401, 403) },
});

const one = createRoute({
  method: 'get',
  path: '/api/tasks/{id}/events',
  operationId: 'watchTask',
  summary: 'Changes of a task, as they happen',
  description: 'Begins with the state of the task.',
  security: SECURITY,
  request: { params: ID, headers: HEADERS },
  responses: { 200: STREAM, ...problems(400, 401, 403, 404) },
});

const ofBatch = createRoute({
  method: 'get',
  path: '/api/batches/{id}/events',
  operationId: 'watchBatch',
  summary: 'Changes of the tasks of a batch, as they happen',
  description: 'Begins with the batch, and the state of each of its tasks that can still change.',
  security: SECURITY,
  request: { params: BATCH_ID, headers: HEADERS },
  responses: { 200: STREAM, ...problems(400, 401, 403, 404) },
});

export function eventRoutes({ auth, taskEvents }: EventRouteDependencies): Router {
  const router = createRouter();
  router.use('/api/events', bearer(auth));
  router.use('/api/tasks/:id/events', bearer(auth));
  router.use('/api/batches/:id/events', bearer(auth));

  const answer = async (c: Context<RouterEnv>, what: Pick<Watched, 'taskId' | 'batchId'>) => {
    const { userId, email } = principalOf(c);
    const header = c.req.header('Last-Event-ID');
    const { 'Last-Event-ID': after } = validated(LAST_EVENT, { 'Last-Event-ID': header });
    const stream = await openStream(taskEvents, { userId, ...what, after }, email, async () => {
      await auth.authenticate(tokenOf(c));
    });
    return c.body(stream, 200, EVENT_STREAM);
  };
  router.openapi(all, (c) => answer(c, { taskId: undefined }));
  router.openapi(one, (c) => answer(c, { taskId: c.req.valid('param').id }));
  router.openapi(ofBatch, (c) => answer(c, { taskId: undefined, batchId: c.req.valid('param').id }));
  return router;
}

const EVENT_STREAM = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  // nginx would collect events before it passes them on.
  'X-Accel-Buffering': 'no',
};

/**
 * Opens a stream of events as text. Its first event is there before the answer, so that a missing task or batch becomes an error.
 * @param check throws if the client may listen no longer; called with each comment
 */
async function openStream(
  taskEvents: TaskEvents,
  watched: Watched,
  email: string,
  check: () => Promise<void>,
): Promise<ReadableStream<Uint8Array>> {
  const ending = new AbortController();
  const events = await taskEvents.watch(watched, ending.signal);
  const { taskId, batchId } = watched;
  const first = taskId === undefined && batchId === undefined ? undefined : await events.next();
  let timer: NodeJS.Timeout | undefined;
  const end = () => {
    clearInterval(timer);
    ending.abort();
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        controller.enqueue(BEGIN);
        if (first && !first.done) controller.enqueue(encoded(first.value, email));
        timer = setInterval(() => {
          // A reader that takes nothing gets no comments either.
          if ((controller.desiredSize ?? 0) > 0) controller.enqueue(COMMENT);
          check().catch(end);
        }, HEARTBEAT * 1000);
      },
      async pull(controller) {
        const next = await events.next();
        if (!next.done) controller.enqueue(encoded(next.value, email));
        else {
          end();
          controller.close();
        }
      },
      cancel: end,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 4096 }),
  );
}

const ENCODER = new TextEncoder();
const BEGIN = ENCODER.encode(`retry: ${RETRY}\n\n`);
const COMMENT = ENCODER.encode(': still here\n\n');

/** States as bytes, which all streams that are sent the same task share. */
const ENCODED = new WeakMap<Task, Uint8Array>();

function encoded(event: TaskEvent, email: string): Uint8Array {
  if (event.type !== 'state') return ENCODER.encode(eventText(event, email));
  const bytes = ENCODED.get(event.task) ?? ENCODER.encode(eventText(event, email));
  ENCODED.set(event.task, bytes);
  return bytes;
}

/** One event (HTML standard, 9.2.6). */
function eventText(event: TaskEvent, email: string): string {
  switch (event.type) {
    case 'state':
      return `event: task.state\nid: ${event.number}\ndata: ${JSON.stringify(taskJson(event.task, email))}\n\n${expiringText(event.task)}`;
    case 'progress':
      return `event: task.progress\ndata: ${JSON.stringify({ id: event.taskId, progress: event.progress })}\n\n`;
    case 'removed':
      return `event: task.removed\ndata: ${JSON.stringify({ id: event.taskId })}\n\n`;
    case 'batch':
      return `event: batch.state\ndata: ${JSON.stringify(batchJson(event.batch))}\n\n`;
    case 'batch-removed':
      return `event: batch.removed\ndata: ${JSON.stringify({ id: event.batchId })}\n\n`;
    case 'webhook-disabled':
      return `event: webhook.disabled\ndata: ${JSON.stringify(disabledJson(event.webhook))}\n\n`;
  }
}

/** The warning about files that are removed soon, after the state of their task; a client that missed it gets both again. */
function expiringText({ id, state, isExpiring, expiresAt }: Task): string {
  if (!isExpiring || !expiresAt || state === 'EXPIRED') return '';
  return `event: task.expiring\ndata: ${JSON.stringify({ id, expiresAt: expiresAt.toISOString() })}\n\n`;
}

/** As in the message `webhook.disabled`, with the time. */
function disabledJson({ id, url, taskId, batchId, disabledReason: reason, disabledAt }: Webhook) {
  return { id, url, taskId, batchId, reason, disabledAt: disabledAt?.toISOString() };
}
