import { createRoute, z } from '@hono/zod-openapi';
import {
  FEWEST_CHARACTERS,
  isTooLong,
  isWellFormed,
  MOST_BYTES,
  passwordProblem,
} from '../../accounts/password-rules.ts';
import type { Auth } from '../../accounts/sessions.ts';
import type { PublicKeys } from '../../accounts/tokens.ts';
import { createRouter, jsonBody, type Router } from '../router.ts';
import { body, json, problems } from '../schemas.ts';

export interface AuthRouteDependencies {
  auth: Auth;
  publicKeys: () => Promise<PublicKeys>;
}

const NEW_PASSWORD = z
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
const PASSWORD = z
  .string()
  .refine(isWellFormed, 'expected whole Unicode characters')
  .refine((password) => !isTooLong(password), `expected at most ${4 * MOST_BYTES} bytes in UTF-8`);

const SIGN_UP = z
  .object({
    user: z
      .string()
      .trim()
      .min(1, 'expected a name')
      .max(80, 'expected at most 80 characters')
      .regex(/^\P{Cc}*$/u, 'expected no control characters')
      .openapi({ example: 'ann' }),
    email: z.email('expected an email address').max(254).openapi({ example: 'ann@example.org' }),
    password1: NEW_PASSWORD,
    password2: z.string(),
  })
  .refine(({ password1, password2 }) => password1 === password2, {
    path: ['password2'],
    message: 'expected the same as password1',
  });

const LOG_IN = z.object({ email: z.string().max(254), password: PASSWORD });
const REFRESH = z.object({ refreshToken: z.string().max(200) });

const SESSION = z
  .object({
    token: z.string().openapi({ description: 'For `Authorization: Bearer`.' }),
    refreshToken: z.string().openapi({
      description: 'Valid for one use. A second use within 10 s returns the newest token again.',
    }),
    expiresIn: z.int().openapi({ description: 'Seconds until the token expires.' }),
  })
  .openapi('Session');

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

const signUp = createRoute({
  method: 'post',
  path: '/api/auth/signup',
  summary: 'Sign up',
  middleware: jsonBody(),
  request: { body: body(SIGN_UP) },
  responses: { 200: json(SIGNED_UP, 'The new user.'), ...problems(400, 409, 413, 415, 503) },
});

const logIn = createRoute({
  method: 'post',
  path: '/api/auth/login',
  summary: 'Log in',
  middleware: jsonBody(),
  request: { body: body(LOG_IN) },
  responses: { 200: json(SESSION, 'A session.'), ...problems(400, 401, 413, 415, 503) },
});

const refresh = createRoute({
  method: 'post',
  path: '/api/auth/refresh',
  summary: 'Exchange a refresh token for a new session',
  middleware: jsonBody(),
  request: { body: body(REFRESH) },
  responses: { 200: json(SESSION, 'A session.'), ...problems(400, 401, 413, 415) },
});

const logOut = createRoute({
  method: 'post',
  path: '/api/auth/logout',
  summary: 'Log out',
  middleware: jsonBody(),
  request: { body: body(REFRESH) },
  responses: { 200: json(z.object({ message: z.string() }), 'Logged out.'), ...problems(400, 413, 415) },
});

const jwks = createRoute({
  method: 'get',
  path: '/.well-known/jwks.json',
  summary: 'Public keys that verify tokens (RFC 7517)',
  responses: { 200: json(KEYS, 'A JWK set.') },
});

export function authRoutes({ auth, publicKeys }: AuthRouteDependencies): Router {
  const router = createRouter();
  router.openapi(signUp, async (c) => {
    const { user: name, email, password1 } = c.req.valid('json');
    const { id, ...user } = await auth.signUp({ user: name, email, password: password1 }, c.req.raw.signal);
    return c.json({ message: 'Signed up.', user: { id, user: user.name, email: user.email } }, 200);
  });
  router.openapi(logIn, async (c) => {
    const { email, password } = c.req.valid('json');
    return c.json(await auth.logIn(email, password, c.req.raw.signal), 200, NOT_STORED);
  });
  router.openapi(refresh, async (c) => {
    return c.json(await auth.refresh(c.req.valid('json').refreshToken), 200, NOT_STORED);
  });
  router.openapi(logOut, async (c) => {
    await auth.logOut(c.req.valid('json').refreshToken);
    return c.json({ message: 'Logged out.' }, 200);
  });
  router.openapi(jwks, async (c) => {
    return c.json(await publicKeys(), 200);
  });
  return router;
}

const NOT_STORED = { 'Cache-Control': 'no-store' };
