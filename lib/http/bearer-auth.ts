import type { Context, MiddlewareHandler } from 'hono';
import type { Auth } from '../accounts/sessions.ts';
import type { Principal } from '../accounts/tokens.ts';
import { AppError } from '../runtime/errors.ts';

/** Variables of every router; `bearer` sets the principal. */
export interface RouterEnv {
  Variables: { principal?: Principal };
}

/** Accepts only requests with a valid access token (RFC 6750). */
export function bearer(auth: Pick<Auth, 'authenticate'>): MiddlewareHandler<RouterEnv> {
  return async (c, next) => {
    const token = /^Bearer +(\S+)$/i.exec(c.req.header('Authorization') ?? '')?.[1];
    if (!token) throw noToken();
    c.set('principal', await auth.authenticate(token));
    await next();
  };
}

/** The user who sent a request. Throws `unauthenticated` on a route without `bearer`, so that the route refuses every request. */
export function principalOf(c: Pick<Context<RouterEnv>, 'get'>): Principal {
  const principal = c.get('principal');
  if (!principal) throw noToken();
  return principal;
}

function noToken(): AppError {
  return new AppError('unauthenticated', 'Send the token of a log-in as Authorization: Bearer TOKEN.');
}
