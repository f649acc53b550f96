import { createRoute, z } from '@hono/zod-openapi';
import {
  FEWEST_CHARACTERS,
  isTooLong,
  isWellFormed,
  MOST_BYTES,
  passwordProblem,
} from '../../accounts/password-rules.ts';
import type { Auth } from '../../accounts/sessions.ts';
import type { PublicKeys } from '../../accounts/signing-keys.ts';
import { AppError } from '../../runtime/errors.ts';
import { clientOf } from '../bearer-auth.ts';
import { isOnThisMachine } from '../own-machine.ts';
import type { RemoteUser } from '../remote-user.ts';
import { createRouter, jsonBody, type Router } from '../router.ts';
import { NAME } from '../schemas/parameters.ts';
import { body, json, problems, textHeader } from '../schemas/responses.ts';
import { forgetCookie, presentedToken, SESSION_HEADER, sessionAnswer } from '../session-cookie.ts';

export interface AuthRouteDependencies {
  auth: Auth;
  publicKeys: () => Promise<PublicKeys>;
  /** Whether the service gives accounts to guests, if they are on its own machine. */
  guests: boolean;
  /** Finds the user whom a proxy has logged in; undefined where none does. */
  remoteUser: RemoteUser | undefined;
}

export const NEW_PASSWORD = z
  .string()
  .superRefine((password, context) => {
    const message = passwordProblem(password);
    if (message) context.addIssue({ code: 'custom', message });
  })
  .openapi({
    example: 'correct horse',
    minLength: FEWEST_CHARACTERS,
    maxLength: MOST_BYTES,
    description:
      'At most 1,024 bytes in UTF-8. The most common passwords, the name and the email are refused. Passwords are compared as OpaqueString (RFC 8265).',
  });

/** Imported passwords may be longer than new ones, and may contain characters that new ones may not. */
export const PASSWORD = z
  .string()
  .refine(isWellFormed, 'expected whole Unicode characters')
  .refine((password) => !isTooLong(password), `expected at most ${4 * MOST_BYTES} bytes in UTF-8`);

/** Text of an invitation; only its hash is looked for. */
const INVITATION = z
  .string()
  .min(1, 'expected the text of an invitation')
  .max(200, 'expected at most 200 characters')
  .openapi({
    description: 'Of the link of an invitation, which `REGISTRATION` may need.',
  });

const SIGN_UP = z
  .object({
    user: NAME.openapi({ example: 'ann' }),
    email: z.email('expected an email address').max(254).openapi({ example: 'ann@example.org' }),
    password1: NEW_PASSWORD,
    password2: z.string(),
    invitation: INVITATION.optional(),
  })
  .refine(({ password1, password2 }) => password1 === password2, {
    path: ['password2'],
    message: 'expected the same as password1',
  });

const LOG_IN = z.object({ email: z.string().max(254), password: PASSWORD });
const REFRESH = z.object({
  refreshToken: z.string().max(200).optional().openapi({ description: 'Default: that of the cookie.' }),
});

/** Header of the requests that open a session. */
export const SESSION_HEADERS = z.object({
  [SESSION_HEADER.toLowerCase()]: z
    .string()
    .optional()
    .openapi({
      param: { in: 'header' },
      description: '`cookie`: the refresh token goes into a cookie that only this service reads, for pages.',
    }),
});

export const SESSION = z
  .object({
    token: z.string().openapi({ description: 'For `Authorization: Bearer`.' }),
    refreshToken: z.string().optional().openapi({
      description:
        'Valid for one use. A second use within 10 s returns the newest token again. Absent if it is in a cookie.',
    }),
    expiresIn: z.int().openapi({ description: 'Seconds until the token expires.' }),
  })
  .openapi('Session');

/** Header of an answer that opens or ends a session. */
export const COOKIE = { 'Set-Cookie': textHeader('The refresh token, for pages that ask for it.') };

const SIGNED_UP = z.object({
  message: z.string(),
  user: z.object({ id: z.int(), user: z.string(), email: z.string() }),
});

const KEYS = z.object({
  keys: z.array(
    z.object({
      kty: z.literal('EC'),
      crv: z.string(),
      x: z.string(),
      y: z.string(),
      kid: z.string(),
      alg: z.string(),
      use: z.string(),
    }),
  ),
});

/** The user of the examples. */
const ANN = { email: 'ann@example.org' };
const PRESENT = 'correct horse';

const signUp = createRoute({
  method: 'post',
  path: '/api/auth/signup',
  operationId: 'signUp',
  summary: 'Sign up',
  middleware: jsonBody(),
  request: { body: body(SIGN_UP, { user: 'ann', ...ANN, password1: PRESENT, password2: PRESENT }) },
  responses: { 200: json(SIGNED_UP, 'The new user.'), ...problems(400, 403, 409, 413, 415, 503) },
});

const logIn = createRoute({
  method: 'post',
  path: '/api/auth/login',
  operationId: 'logIn',
  summary: 'Log in',
  middleware: jsonBody(),
  request: { headers: SESSION_HEADERS, body: body(LOG_IN, { ...ANN, password: PRESENT }) },
  responses: {
    200: { ...json(SESSION, 'A session.'), headers: COOKIE },
    ...problems(400, 401, 403, 413, 415, 503),
  },
});

const guest = createRoute({
  method: 'post',
  path: '/api/auth/guest',
  operationId: 'openGuestSession',
  summary: 'Open a session of a new guest',
  description:
    'Only in local mode, and only for requests from the same machine; otherwise 404. `PATCH /api/account` gives the guest an email and a password.',
  request: { headers: SESSION_HEADERS },
  responses: { 200: { ...json(SESSION, 'A session.'), headers: COOKIE }, ...problems(401, 404) },
});

const signOn = createRoute({
  method: 'post',
  path: '/api/auth/remote',
  operationId: 'signOn',
  summary: 'Open a session of the user whom a proxy has logged in',
  description:
    'Only with `REMOTE_USER_HEADER`, otherwise 404. A trusted proxy names the email in that header; the account is made at first sight, without a password.',
  request: { headers: SESSION_HEADERS },
  responses: { 200: { ...json(SESSION, 'A session.'), headers: COOKIE }, ...problems(401, 403, 404, 409) },
});

const refresh = createRoute({
  method: 'post',
  path: '/api/auth/refresh',
  operationId: 'refreshSession',
  summary: 'Exchange a refresh token for a new session',
  middleware: jsonBody(),
  request: { headers: SESSION_HEADERS, body: body(REFRESH, { refreshToken: 'that of the session' }) },
  responses: {
    200: { ...json(SESSION, 'A session.'), headers: COOKIE },
    ...problems(400, 401, 403, 413, 415),
  },
});

const logOut = createRoute({
  method: 'post',
  path: '/api/auth/logout',
  operationId: 'logOut',
  summary: 'Log out',
  middleware: jsonBody(),
  request: { headers: SESSION_HEADERS, body: body(REFRESH, { refreshToken: 'that of the session' }) },
  responses: {
    200: { ...json(z.object({ message: z.string() }), 'Logged out.'), headers: COOKIE },
    ...problems(400, 401, 413, 415),
  },
});

const jwks = createRoute({
  method: 'get',
  path: '/.well-known/jwks.json',
  operationId: 'getPublicKeys',
  summary: 'Public keys that verify tokens (RFC 7517)',
  responses: { 200: json(KEYS, 'A JWK set.'), ...problems() },
});

export function authRoutes({ auth, publicKeys, guests, remoteUser }: AuthRouteDependencies): Router {
  const router = createRouter();
  router.openapi(signUp, async (c) => {
    const { user: name, email, password1: password, invitation } = c.req.valid('json');
    const { id, ...user } = await auth.signUp({ user: name, email, password, invitation }, clientOf(c));
    return c.json({ message: 'Signed up.', user: { id, user: user.name, email: user.email } }, 200);
  });
  router.openapi(logIn, async (c) => {
    const { email, password } = c.req.valid('json');
    const session = await auth.logIn(email, password, clientOf(c));
    return c.json(sessionAnswer(c, session), 200, NOT_STORED);
  });
  router.openapi(guest, async (c) => {
    if (!guests || !isOnThisMachine(c)) throw new AppError('not_found', 'This service has no guests here.');
    return c.json(sessionAnswer(c, await auth.signUpGuest()), 200, NOT_STORED);
  });
  router.openapi(signOn, async (c) => {
    if (!remoteUser) throw new AppError('not_found', 'No proxy logs users of this service in.');
    return c.json(sessionAnswer(c, await auth.signOn(remoteUser(c))), 200, NOT_STORED);
  });
  router.openapi(refresh, async (c) => {
    const session = await auth.refresh(presentedToken(c, c.req.valid('json').refreshToken));
    return c.json(sessionAnswer(c, session), 200, NOT_STORED);
  });
  router.openapi(logOut, async (c) => {
    await auth.logOut(presentedToken(c, c.req.valid('json').refreshToken));
    forgetCookie(c);
    return c.json({ message: 'Logged out.' }, 200);
  });
  router.openapi(jwks, async (c) => {
    return c.json(await publicKeys(), 200);
  });
  return router;
}

export const NOT_STORED = { 'Cache-Control': 'no-store' };
