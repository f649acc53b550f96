import { createRoute, z } from '@hono/zod-openapi';
import type { Administration } from '../../accounts/administration.ts';
import type { Invitations } from '../../accounts/invitations.ts';
import type { Auth } from '../../accounts/sessions.ts';
import { MOST_INTEGER, wholeNumber } from '../../runtime/whole-number.ts';
import { bearer, principalOf } from '../bearer-auth.ts';
import { createRouter, jsonBody, type Router } from '../router.ts';
import { FAILURES, MANAGED_USER, managedUserJson, QUEUE, USER_CHANGE } from '../schemas/administration.ts';
import { USER_ID } from '../schemas/parameters.ts';
import { body, json, LINK, problems, SECURITY } from '../schemas/responses.ts';
import { addGroupRoutes } from './administration-groups.ts';
import { addInvitationRoutes } from './administration-invitations.ts';

export interface AdministrationRouteDependencies {
  auth: Pick<Auth, 'authenticate'>;
  administration: Administration;
  invitations: Invitations;
}

const SEARCH = z
  .string()
  .min(1, 'expected a part of a name or an email')
  .max(255, 'expected at most 255 characters')
  .refine((text) => !text.includes('\0'), 'expected no NUL');

const PAGE = z.object({
  max: wholeNumber(1, 200).default(50).openapi({
    type: 'integer',
    minimum: 1,
    maximum: 200,
    description: 'Maximum number of users on a page.',
  }),
  after: wholeNumber(0, MOST_INTEGER).optional().openapi({
    type: 'integer',
    minimum: 0,
    maximum: MOST_INTEGER,
    description: 'Only users after this id.',
  }),
  search: SEARCH.optional().openapi({
    description: 'Only users whose name or email contains this text, in upper or lower case.',
  }),
  groupId: wholeNumber(1, MOST_INTEGER, 'expected a group id').optional().openapi({
    type: 'integer',
    minimum: 1,
    maximum: MOST_INTEGER,
    description: 'Only users of this group.',
  }),
});

const list = createRoute({
  method: 'get',
  path: '/api/admin/users',
  operationId: 'listUsers',
  summary: 'Users with their usage',
  security: SECURITY,
  request: { query: PAGE },
  responses: {
    200: { ...json(z.array(MANAGED_USER), 'A page of users, by id.'), headers: LINK },
    ...problems(400, 401, 403, 404),
  },
});

const get = createRoute({
  method: 'get',
  path: '/api/admin/users/{id}',
  operationId: 'getUser',
  summary: 'A user',
  security: SECURITY,
  request: { params: USER_ID },
  responses: { 200: json(MANAGED_USER, 'The user.'), ...problems(400, 401, 403, 404) },
});

const change = createRoute({
  method: 'patch',
  path: '/api/admin/users/{id}',
  operationId: 'changeUser',
  summary: 'Suspend a user, or change the group or the limits',
  description:
    'A suspended user is refused at once or within a second: sessions, refresh tokens, tickets and API keys. Conversions end, and files stay.',
  security: SECURITY,
  middleware: jsonBody(),
  request: { params: USER_ID, body: body(USER_CHANGE, { suspended: true }) },
  responses: { 200: json(MANAGED_USER, 'The user.'), ...problems(400, 401, 403, 404, 413, 415) },
});

const queue = createRoute({
  method: 'get',
  path: '/api/admin/queue',
  operationId: 'getQueue',
  summary: 'Tasks that wait and run',
  security: SECURITY,
  responses: { 200: json(QUEUE, 'The queue.'), ...problems(401, 403, 404) },
});

const failures = createRoute({
  method: 'get',
  path: '/api/admin/failures',
  operationId: 'listFailures',
  summary: 'Failed tasks by code, of a day and of a week',
  security: SECURITY,
  responses: { 200: json(FAILURES, 'Numbers of tasks.'), ...problems(401, 403, 404) },
});

/** Routes for administrators; everybody else gets 404. */
export function administrationRoutes(parts: AdministrationRouteDependencies): Router {
  const { auth, administration, invitations } = parts;
  const router = createRouter();
  router.use('/api/admin/*', bearer(auth, 'admin'), async (c, next) => {
    await administration.mustBeAdministrator(principalOf(c));
    await next();
  });
  router.openapi(list, async (c) => {
    const { max, ...rest } = c.req.valid('query');
    // One more tells whether there is a next page.
    const found = await administration.users({ ...rest, limit: max + 1 });
    const page = found.slice(0, max);
    const last = page.at(-1);
    if (found.length > max && last) {
      const query = new URLSearchParams({ ...c.req.query(), after: String(last.id) });
      c.header('Link', `</api/admin/users?${query}>; rel="next"`);
    }
    return c.json(page.map(managedUserJson), 200);
  });
  router.openapi(get, async (c) =>
    c.json(managedUserJson(await administration.user(c.req.valid('param').id)), 200),
  );
  router.openapi(change, async (c) => {
    const { id } = c.req.valid('param');
    const changed = await administration.changeUser(principalOf(c), id, c.req.valid('json'));
    return c.json(managedUserJson(changed), 200);
  });
  router.openapi(queue, async (c) => {
    const { users, ...state } = await administration.queue();
    return c.json({ ...state, users: users.map(({ name: user, ...rest }) => ({ ...rest, user })) }, 200);
  });
  router.openapi(failures, async (c) => {
    const [day, week] = await Promise.all([administration.failures(1), administration.failures(7)]);
    return c.json({ day, week }, 200);
  });
  addGroupRoutes(router, administration);
  addInvitationRoutes(router, invitations);
  return router;
}
