import { createRoute, z } from '@hono/zod-openapi';
import type { Auth } from '../../accounts/sessions.ts';
import type { TaskPage } from '../../ports/tasks.ts';
import { TASK_STATES } from '../../ports/tasks.ts';
import { MOST_INTEGER, wholeNumber } from '../../runtime/whole-number.ts';
import type { Tasks } from '../../tasks/tasks.ts';
import { bearer, principalOf } from '../bearer-auth.ts';
import { createRouter, jsonBody, type Router } from '../router.ts';
import { body, ID, json, OPTIONS, problems, TASK, taskJson } from '../schemas.ts';

export interface TaskRouteDependencies {
  auth: Auth;
  tasks: Tasks;
}

const PAGE = z.object({
  max: wholeNumber(1, 1000).default(100).openapi({
    type: 'integer',
    minimum: 1,
    maximum: 1000,
    description: 'Maximum number of tasks on a page.',
  }),
  order: z.enum(['0', '1']).default('0').openapi({ description: '0: ascending by id, 1: descending.' }),
  state: z.enum(TASK_STATES).optional(),
  after: wholeNumber(0, MOST_INTEGER).optional().openapi({
    type: 'integer',
    minimum: 0,
    maximum: MOST_INTEGER,
    description: 'Only tasks after this id, in the requested order.',
  }),
});

const REQUESTED_OUTPUT = z.object({
  newFormat: z.string().max(100).openapi({ example: 'mp3' }),
  options: OPTIONS,
});
const ONE = z.object({ message: z.string(), task: TASK });
const SECURITY = [{ bearer: [] }];

const list = createRoute({
  method: 'get',
  path: '/api/tasks',
  summary: 'Your tasks',
  security: SECURITY,
  request: { query: PAGE },
  responses: {
    200: json(
      z.array(TASK),
      'One page. The header `Link` with `rel="next"` has the address of the next page.',
    ),
    ...problems(400, 401),
  },
});

const get = createRoute({
  method: 'get',
  path: '/api/tasks/{id}',
  summary: 'A task',
  security: SECURITY,
  request: { params: ID },
  responses: { 200: json(TASK, 'The task.'), ...problems(400, 401, 404) },
});

const change = createRoute({
  method: 'put',
  path: '/api/tasks/{id}',
  summary: 'Request another format',
  security: SECURITY,
  middleware: jsonBody(),
  request: { params: ID, body: body(REQUESTED_OUTPUT) },
  responses: {
    200: json(TASK, 'The task, which will be converted again.'),
    ...problems(400, 401, 404, 409, 413, 415, 422),
  },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/tasks/{id}',
  summary: 'Remove a task and its files',
  security: SECURITY,
  request: { params: ID },
  responses: { 200: json(ONE, 'The removed task.'), ...problems(400, 401, 404) },
});

export function taskRoutes({ auth, tasks }: TaskRouteDependencies): Router {
  const router = createRouter();
  router.get('/api/tasks', bearer(auth));
  router.use('/api/tasks/:id', bearer(auth));

  router.openapi(list, async (c) => {
    const { userId, email } = principalOf(c);
    const { max, order, state, after } = c.req.valid('query');
    const page: TaskPage = {
      limit: max + 1,
      descending: order === '1',
      ...(state && { state }),
      ...(after !== undefined && { after }),
    };
    const found = await tasks.list(userId, page);
    const shown = found.slice(0, max);
    const last = shown.at(-1);
    if (found.length > max && last) {
      const query = new URLSearchParams({ ...c.req.query(), max: String(max), after: String(last.id) });
      c.header('Link', `</api/tasks?${query}>; rel="next"`);
    }
    return c.json(
      shown.map((task) => taskJson(task, email)),
      200,
    );
  });
  router.openapi(get, async (c) => {
    const { userId, email } = principalOf(c);
    return c.json(taskJson(await tasks.get(userId, c.req.valid('param').id), email), 200);
  });
  router.openapi(change, async (c) => {
    const { userId, email } = principalOf(c);
    const task = await tasks.change(userId, c.req.valid('param').id, c.req.valid('json'));
    return c.json(taskJson(task, email), 200);
  });
  router.openapi(remove, async (c) => {
    const { userId, email } = principalOf(c);
    const task = await tasks.remove(userId, c.req.valid('param').id);
    return c.json({ message: 'The task is removed.', task: taskJson(task, email) }, 200);
  });
  return router;
}
