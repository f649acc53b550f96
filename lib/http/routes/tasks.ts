import { createRoute, z } from '@hono/zod-openapi';
import type { Auth } from '../../accounts/sessions.ts';
import type { Retention } from '../../tasks/retention.ts';
import type { TaskEvents } from '../../tasks/task-events.ts';
import { noSuchTask, type Tasks } from '../../tasks/tasks.ts';
import { bearer, principalOf, verifiedBearer } from '../bearer-auth.ts';
import { createRouter, jsonBody, type Router } from '../router.ts';
import { ID } from '../schemas/parameters.ts';
import { REQUESTED_OUTPUT } from '../schemas/requested-output.ts';
import { body, JSON_TYPE, json, jsonText, LINK, problems, SECURITY } from '../schemas/responses.ts';
import { TASK, taskJson } from '../schemas/task.ts';
import { nextQuery, PAGE, pageOf } from './task-pages.ts';
import { PREFER, PREFERENCE, WAIT, waitForEnd } from './wait.ts';

export interface TaskRouteDependencies {
  auth: Auth;
  taskEvents: Pick<TaskEvents, 'settled'>;
  tasks: Tasks;
  retention: Retention;
}

const ONE = z.object({ message: z.string(), task: TASK }).openapi('RemovedTask');
const AS_JSON = { 'Content-Type': JSON_TYPE };

const list = createRoute({
  method: 'get',
  path: '/api/tasks',
  operationId: 'listTasks',
  summary: 'Your tasks',
  description:
    'Searches by name, limits by state, format and batch, and sorts. `Link` leads from page to page.',
  security: SECURITY,
  request: { query: PAGE },
  responses: {
    200: { ...jsonText(z.array(TASK), 'One page.'), headers: LINK },
    ...problems(400, 401, 403),
  },
});

const get = createRoute({
  method: 'get',
  path: '/api/tasks/{id}',
  operationId: 'getTask',
  summary: 'A task',
  security: SECURITY,
  request: { params: ID, query: WAIT, headers: PREFER },
  responses: {
    200: { ...jsonText(TASK, 'The task.'), headers: PREFERENCE },
    ...problems(400, 401, 403, 404),
  },
});

const change = createRoute({
  method: 'put',
  path: '/api/tasks/{id}',
  operationId: 'changeTask',
  summary: 'Request another format',
  security: SECURITY,
  middleware: jsonBody(),
  request: { params: ID, body: body(REQUESTED_OUTPUT, { newFormat: 'mp3', options: { bitrate: 128_000 } }) },
  responses: {
    200: json(TASK, 'The task, which will be converted again.'),
    ...problems(400, 401, 403, 404, 409, 410, 413, 415, 422),
  },
});

const KEPT = z
  .strictObject({
    expiresAt: z.iso
      .datetime({ offset: true, error: 'expected a time such as 2027-03-01T00:00:00Z' })
      .openapi({ description: 'Time until which the files are kept.' }),
  })
  .openapi('KeptTask');

const keep = createRoute({
  method: 'patch',
  path: '/api/tasks/{id}',
  operationId: 'keepTask',
  summary: 'Keep the files of a task longer',
  description:
    'At most until `limits.retention.maxDays` of `GET /api/account` after the creation of the task.',
  security: SECURITY,
  middleware: jsonBody(),
  request: { params: ID, body: body(KEPT, { expiresAt: '2027-03-01T00:00:00Z' }) },
  responses: {
    200: json(TASK, 'The task.'),
    ...problems(400, 401, 403, 404, 409, 410, 413, 415),
  },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/tasks/{id}',
  operationId: 'removeTask',
  summary: 'Remove a task and its files',
  security: SECURITY,
  request: { params: ID },
  responses: { 200: json(ONE, 'The removed task.'), ...problems(400, 401, 403, 404) },
});

export function taskRoutes({ auth, tasks, taskEvents, retention }: TaskRouteDependencies): Router {
  const router = createRouter();
  router.get('/api/tasks', verifiedBearer(auth));
  router.get('/api/tasks/:id', verifiedBearer(auth));
  router.on(['PUT', 'PATCH', 'DELETE'], '/api/tasks/:id', bearer(auth));

  router.openapi(list, async (c) => {
    const owner = principalOf(c);
    const query = c.req.valid('query');
    const found = await tasks.list(owner, pageOf(query));
    if (found.length === 0) await auth.mustExist(owner);
    const shown = found.slice(0, query.max);
    const last = shown.at(-1);
    if (found.length > query.max && last)
      c.header('Link', `</api/tasks?${nextQuery(c.req.query(), query, last)}>; rel="next"`);
    return c.body(`[${shown.map(({ json }) => json).join(',')}]`, 200, AS_JSON);
  });
  router.openapi(get, async (c) => {
    const owner = principalOf(c);
    const { id } = c.req.valid('param');
    const settled = (signal: AbortSignal) => taskEvents.settled(owner.userId, id, signal);
    await waitForEnd(c, settled, c.req.valid('query').wait);
    const task = await tasks.show(owner, id);
    if (task !== undefined) return c.body(task, 200, AS_JSON);
    await auth.mustExist(owner);
    throw noSuchTask();
  });
  router.openapi(change, async (c) => {
    const { userId, email } = principalOf(c);
    const task = await tasks.change(userId, c.req.valid('param').id, c.req.valid('json'));
    return c.json(taskJson(task, email), 200);
  });
  router.openapi(keep, async (c) => {
    const { userId, email } = principalOf(c);
    const { expiresAt } = c.req.valid('json');
    const task = await retention.keep(userId, c.req.valid('param').id, new Date(expiresAt));
    return c.json(taskJson(task, email), 200);
  });
  router.openapi(remove, async (c) => {
    const { userId, email } = principalOf(c);
    const task = await tasks.remove(userId, c.req.valid('param').id);
    return c.json({ message: 'The task is removed.', task: taskJson(task, email) }, 200);
  });
  return router;
}
