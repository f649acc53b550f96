import { createRoute, z } from '@hono/zod-openapi';
import type { Auth } from '../../accounts/sessions.ts';
import { MOST_INTEGER, wholeNumber } from '../../runtime/whole-number.ts';
import type { Batches } from '../../tasks/batches.ts';
import type { TaskEvents } from '../../tasks/task-events.ts';
import type { UploadSessions } from '../../uploads/upload-sessions.ts';
import { bearer, principalOf } from '../bearer-auth.ts';
import type { Idempotency } from '../idempotency.ts';
import { createRouter, jsonBody, type Router, validated } from '../router.ts';
import { BATCH, batchJson } from '../schemas/batch.ts';
import { BATCH_ID, NAME } from '../schemas/parameters.ts';
import { body, json, LINK, problems, SECURITY } from '../schemas/responses.ts';
import { NEW_BATCH_WEBHOOK, WEBHOOK_WITH_SECRET, withSecretJson } from '../schemas/webhook.ts';
import { IDEMPOTENCY_KEY, REPLAYED } from './keyed-requests.ts';
import { OPENED, openedJson, SESSION_REQUEST, sessionRequest } from './session-request.ts';
import { BATCH_WAIT, PREFER, PREFERENCE, waitForEnd } from './wait.ts';

export interface BatchRouteDependencies {
  auth: Auth;
  idempotency: Pick<Idempotency, 'json'>;
  batches: Batches;
  taskEvents: Pick<TaskEvents, 'batchSettled'>;
  uploadSessions: Pick<UploadSessions, 'openBatch'>;
}

/** Maximum number of tasks of one request. */
const MOST_TASKS = 1000;

/** Maximum bytes of a request: 2 KiB for each task. */
const BODY_BYTES = MOST_TASKS * 2048;

const SOME_TASKS = `expected 1 to ${MOST_TASKS} tasks`;

/** Only the number of tasks, which is checked before any of them is. */
const COUNTED = z.object({
  tasks: z
    .array(z.unknown(), SOME_TASKS)
    .min(1, SOME_TASKS)
    .max(MOST_TASKS, {
      error: ({ input }) => `${SOME_TASKS}, and there are ${Array.isArray(input) ? input.length : 'none'}`,
    })
    .refine(
      (tasks) => !tasks.some((task) => typeof task === 'object' && task !== null && 'webhook' in task),
      'expected one webhook for the batch, and none of a task',
    ),
});

const NEW_BATCH = z
  .object({
    name: NAME.optional().openapi({ example: 'Album', description: 'Also names the file of all results.' }),
    tasks: z.array(SESSION_REQUEST).min(1).max(MOST_TASKS),
    webhook: NEW_BATCH_WEBHOOK.optional(),
  })
  .openapi('NewBatch');

const EXAMPLE = {
  name: 'Album',
  tasks: ['one.wav', 'two.wav'].map((filename) => ({ filename, newFormat: 'flac' })),
};

const CREATED = z
  .object({
    message: z.string(),
    batch: BATCH,
    tasks: z.array(OPENED).openapi({ description: 'In the order of the request.' }),
    webhook: WEBHOOK_WITH_SECRET.optional(),
  })
  .openapi('CreatedBatch');

const PAGE = z.object({
  max: wholeNumber(1, 100).default(20).openapi({
    type: 'integer',
    minimum: 1,
    maximum: 100,
    description: 'Maximum number of batches on a page.',
  }),
  after: wholeNumber(1, MOST_INTEGER).optional().openapi({
    type: 'integer',
    minimum: 1,
    maximum: MOST_INTEGER,
    description: 'Only batches after this id in the order, which are older.',
  }),
});

/** The schema is only documentation: the number of tasks is validated first. */
const CREATE = createRoute({
  method: 'post',
  path: '/api/batches',
  operationId: 'createBatch',
  summary: 'Open upload sessions for many files at once',
  description: `Creates up to ${MOST_TASKS} tasks that wait for their files, or none of them.`,
  security: SECURITY,
  request: { headers: IDEMPOTENCY_KEY, body: body(NEW_BATCH, EXAMPLE) },
  responses: {
    200: {
      ...json(CREATED, 'The batch, and its tasks with the addresses for their files.'),
      headers: REPLAYED,
    },
    ...problems(400, 401, 403, 409, 413, 415, 422, 507),
  },
});

const list = createRoute({
  method: 'get',
  path: '/api/batches',
  operationId: 'listBatches',
  summary: 'Your batches, newest first',
  security: SECURITY,
  request: { query: PAGE },
  responses: {
    200: { ...json(z.array(BATCH), 'One page.'), headers: LINK },
    ...problems(400, 401, 403),
  },
});

const get = createRoute({
  method: 'get',
  path: '/api/batches/{id}',
  operationId: 'getBatch',
  summary: 'A batch',
  description: '`GET /api/tasks?batchId=` lists its tasks.',
  security: SECURITY,
  request: { params: BATCH_ID, query: BATCH_WAIT, headers: PREFER },
  responses: { 200: { ...json(BATCH, 'The batch.'), headers: PREFERENCE }, ...problems(400, 401, 403, 404) },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/batches/{id}',
  operationId: 'removeBatch',
  summary: 'Remove a batch, its tasks and their files',
  description: 'Stops conversions and uploads. A request that breaks off can be repeated.',
  security: SECURITY,
  request: { params: BATCH_ID },
  responses: {
    200: json(z.object({ message: z.string() }).openapi('RemovedBatch'), 'The batch is removed.'),
    ...problems(400, 401, 403, 404),
  },
});

export function batchRoutes(parts: BatchRouteDependencies): Router {
  const { auth, idempotency, batches, taskEvents, uploadSessions } = parts;
  const router = createRouter();
  router.use('/api/batches', bearer(auth));
  router.on(['GET', 'DELETE'], '/api/batches/:id', bearer(auth));
  router.openAPIRegistry.registerPath(CREATE);

  const asJson = [...jsonBody('application/json', BODY_BYTES), idempotency.json];
  router.on('POST', ['/api/batches'], ...asJson, async (c) => {
    const { userId, email } = principalOf(c);
    const given: unknown = await c.req.json();
    validated(COUNTED, given);
    const { name = null, tasks, webhook } = validated(NEW_BATCH, given);
    const requests = tasks.map((task) => sessionRequest(c, task));
    const opened = await uploadSessions.openBatch(
      userId,
      { name, webhook },
      requests,
      c.get('keyed')?.creation,
    );
    const shown = {
      batch: batchJson(opened.batch),
      ...(opened.webhook && { webhook: withSecretJson(opened.webhook) }),
      tasks: opened.uploads.map((upload) => openedJson(upload, email)),
    };
    return c.json({ message: 'The tasks wait for their files.', ...shown }, 200);
  });
  router.openapi(list, async (c) => {
    const { max, after } = c.req.valid('query');
    const page = { limit: max + 1, ...(after !== undefined && { before: after }) };
    const found = await batches.list(principalOf(c).userId, page);
    const shown = found.slice(0, max);
    const last = shown.at(-1);
    if (found.length > max && last) {
      const query = new URLSearchParams({ max: String(max), after: String(last.id) });
      c.header('Link', `</api/batches?${query}>; rel="next"`);
    }
    return c.json(shown.map(batchJson), 200);
  });
  router.openapi(get, async (c) => {
    const { id } = c.req.valid('param');
    const key = { id, userId: principalOf(c).userId };
    await waitForEnd(c, (signal) => taskEvents.batchSettled(key, signal), c.req.valid('query').wait);
    return c.json(batchJson(await batches.get(key)), 200);
  });
  router.openapi(remove, async (c) => {
    const { id } = c.req.valid('param');
    await batches.remove({ id, userId: principalOf(c).userId });
    return c.json({ message: 'The batch is removed, with its tasks and their files.' }, 200);
  });
  return router;
}
