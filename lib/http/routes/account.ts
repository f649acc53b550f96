import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type Account, type AccountCaller, hasPassword } from '../../accounts/account.ts';
import { looksLikeKey } from '../../accounts/api-key-text.ts';
import type { Auth } from '../../accounts/sessions.ts';
import { TASK_STATES } from '../../ports/tasks.ts';
import type { User } from '../../ports/users.ts';
import type { Tasks } from '../../tasks/tasks.ts';
import { bearer, clientOf, principalOf, type RouterEnv, tokenOf } from '../bearer-auth.ts';
import { createRouter, jsonBody, type Router } from '../router.ts';
import { ACCOUNT_LIMITS, type AccountLimits } from '../schemas/limits.ts';
import { NAME } from '../schemas/parameters.ts';
import { body, json, problems, SECURITY } from '../schemas/responses.ts';
import { sessionAnswer } from '../session-cookie.ts';
import { COOKIE, NEW_PASSWORD, NOT_STORED, PASSWORD, SESSION, SESSION_HEADERS } from './auth.ts';

export interface AccountRouteDependencies {
  auth: Pick<Auth, 'authenticate'>;
  account: Account;
  tasks: Pick<Tasks, 'usage'>;
  /** The limits of a user, and the name of the user's group. */
  limitsOf(userId: number): Promise<{ limits: AccountLimits; group: string | null }>;
  isAdministrator(user: User): boolean;
}

const USER = z
  .object({
    id: z.int(),
    user: z.string(),
    email: z.string().openapi({ description: 'Empty for a guest.' }),
    createdAt: z.iso.datetime(),
  })
  .openapi('User');

const ACCOUNT = USER.extend({
  usage: z.object({
    tasks: z
      .partialRecord(z.enum(TASK_STATES), z.int())
      .openapi({ description: 'Number of tasks by state.' }),
  }),
  limits: ACCOUNT_LIMITS,
  group: z.string().nullable().openapi({ description: 'Name of the group that sets limits.' }),
  isAdministrator: z.boolean(),
  hasPassword: z.boolean().openapi({
    description: 'Guests have none, nor have users whom only a proxy logs in.',
  }),
}).openapi('Account');

const CHANGE = z
  .strictObject({
    password: PASSWORD.optional().openapi({ description: 'The present password; a guest has none.' }),
    newPassword: NEW_PASSWORD.optional(),
    email: z.email('expected an email address').max(254).optional(),
    user: NAME.optional().openapi({ example: 'ann' }),
  })
  .refine(({ newPassword, email, user }) => [newPassword, email, user].some((value) => value !== undefined), {
    path: ['newPassword'],
    message: 'expected newPassword, email or user',
  })
  .openapi({ anyOf: ['newPassword', 'email', 'user'].map((name) => ({ required: [name] })) });

const REMOVAL = z.strictObject({
  password: PASSWORD.optional().openapi({ description: 'The present password; a guest has none.' }),
});

const CHANGED = z.object({ account: USER, session: SESSION }).openapi('ChangedAccount');

const get = createRoute({
  method: 'get',
  path: '/api/account',
  operationId: 'getAccount',
  summary: 'The account, its usage and its limits',
  security: SECURITY,
  responses: { 200: json(ACCOUNT, 'The account.'), ...problems(401, 403) },
});

const change = createRoute({
  method: 'patch',
  path: '/api/account',
  operationId: 'changeAccount',
  summary: 'Change the password, the email or the name',
  description:
    'A new password ends all other sessions. API keys stay. A guest becomes a user by an email and a password, and needs the session: an API key of a guest is refused.',
  security: SECURITY,
  middleware: jsonBody(),
  request: {
    headers: SESSION_HEADERS,
    body: body(CHANGE, { password: 'correct horse', email: 'ann@example.net' }),
  },
  responses: {
    200: { ...json(CHANGED, 'The account, and a new session.'), headers: COOKIE },
    ...problems(400, 401, 403, 409, 413, 415, 503),
  },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/account',
  operationId: 'removeAccount',
  summary: 'Remove the account with all tasks and files',
  security: SECURITY,
  middleware: jsonBody(),
  request: { body: body(REMOVAL, { password: 'correct horse' }) },
  responses: {
    200: json(z.object({ message: z.string() }), 'The account is removed.'),
    ...problems(400, 401, 403, 413, 415, 503),
  },
});

export function accountRoutes({
  auth,
  account,
  tasks,
  limitsOf,
  isAdministrator,
}: AccountRouteDependencies): Router {
  const router = createRouter();
  router.use('/api/account', bearer(auth, 'account'));

  router.openapi(get, async (c) => {
    const { userId } = principalOf(c);
    const [user, usage, own] = await Promise.all([
      account.get(userId),
      tasks.usage(userId),
      limitsOf(userId),
    ]);
    const roles = { isAdministrator: isAdministrator(user), hasPassword: hasPassword(user) };
    return c.json({ ...userJson(user), usage, ...own, ...roles }, 200);
  });
  router.openapi(change, async (c) => {
    const { user: name, ...change } = c.req.valid('json');
    const changed = await account.change(callerOf(c), { ...change, name });
    return c.json(
      { account: userJson(changed.user), session: sessionAnswer(c, changed.session) },
      200,
      NOT_STORED,
    );
  });
  router.openapi(remove, async (c) => {
    await account.remove(callerOf(c), c.req.valid('json').password);
    return c.json({ message: 'The account is removed.' }, 200);
  });
  return router;
}

function callerOf(c: Context<RouterEnv>): AccountCaller {
  return { userId: principalOf(c).userId, byKey: looksLikeKey(tokenOf(c)), client: clientOf(c) };
}

function userJson({ id, name, email, createdAt }: User) {
  return { id, user: name, email, createdAt: createdAt.toISOString() };
}
