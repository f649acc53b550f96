import type { MiddlewareHandler } from 'hono';
import type { Auth } from '../accounts/sessions.ts';
import type { Principal } from '../accounts/tokens.ts';
import { AppError } from '../runtime/errors.ts';

/** What handlers behind `bearer` find. */
export interface Authenticated {
  Variables: { principal: Principal };
}

/** Lets requests pass whose access token is good (RFC 6750). */
export function bearer(auth: () => Promise<Auth>): MiddlewareHandler<Authenticated> {
  return async (c, next) => {
    const token = /^Bearer +(\S+)$/i.exec(c.req.header('Authorization') ?? '')?.[1];
    if (!token)
      throw new AppError('unauthenticated', 'Send the token of a log-in as Authorization: Bearer TOKEN.');
    c.set('principal', await (await auth()).authenticate(token));
    await next();
  };
}
