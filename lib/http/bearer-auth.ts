import type { Context, MiddlewareHandler } from 'hono';
import { insufficientScope } from '../accounts/api-keys.ts';
import type { Auth, Client } from '../accounts/sessions.ts';
import type { Principal } from '../accounts/tokens.ts';
import type { Scope } from '../ports/api-keys.ts';
import { AppError } from '../runtime/errors.ts';
import type { KeyedAttempt } from './keyed-attempt.ts';

/**
 * Variables of every router; the outermost sets the address of the client, `bearer` the principal, and `Idempotency` the
 * attempt of a request with a key.
 */
export interface RouterEnv {
  Variables: { remoteIp?: string | undefined; principal?: Principal; keyed?: KeyedAttempt };
}

/**
 * Accepts only requests with a valid access token or API key (RFC 6750).
 * @param scope right that the request needs; undefined: to read tasks or to change them, by its method
 */
export function bearer(auth: Pick<Auth, 'authenticate'>, scope?: Scope): MiddlewareHandler<RouterEnv> {
  return byToken((token) => auth.authenticate(token), scope);
}

/**
 * Verifies an access token without a look at its user, for routes that read rows of the user: a row proves that the user
 * exists, and without one the route calls `mustExist`. This saves most requests a query.
 */
export function verifiedBearer(auth: Pick<Auth, 'verify'>): MiddlewareHandler<RouterEnv> {
  return byToken((token) => auth.verify(token));
}

function byToken(find: (token: string) => Promise<Principal>, scope?: Scope): MiddlewareHandler<RouterEnv> {
  return async (c, next) => {
    const principal = await find(tokenOf(c));
    const needed = scope ?? scopeOf(c.req.method);
    if (!principal.scopes.includes(needed)) throw insufficientScope([needed]);
    c.set('principal', principal);
    await next();
  };
}

/** As `bearer`; a request for a file may have a ticket in its address instead. */
export function bearerOrTicket(auth: Pick<Auth, 'authenticate' | 'admit'>): MiddlewareHandler<RouterEnv> {
  const byBearer = bearer(auth);
  return async (c, next) => {
    const ticket = c.req.query('ticket');
    if (ticket === undefined || c.req.header('Authorization') !== undefined) return byBearer(c, next);
    const ids = c.req.query('ids');
    c.set('principal', await auth.admit(ticket, ids === undefined ? c.req.path : `${c.req.path}?ids=${ids}`));
    await next();
  };
}

/** The access token or API key of a request. Throws `unauthenticated`. */
export function tokenOf({ req }: Pick<Context<RouterEnv>, 'req'>): string {
  const token = /^Bearer +(\S+)$/i.exec(req.header('Authorization') ?? '')?.[1];
  if (!token) throw noToken();
  return token;
}

/** The user who sent a request. Throws `unauthenticated` on a route without `bearer`, so that the route refuses every request. */
export function principalOf(c: Pick<Context<RouterEnv>, 'get'>): Principal {
  const principal = c.get('principal');
  if (!principal) throw noToken();
  return principal;
}

/** The client of a request, for limits and for work that ends with its connection. */
export function clientOf(c: Context<RouterEnv>): Client {
  return { address: c.get('remoteIp'), signal: c.req.raw.signal };
}

function scopeOf(method: string): Scope {
  return method === 'GET' || method === 'HEAD' ? 'tasks:read' : 'tasks:write';
}

function noToken(): AppError {
  return new AppError(
    'unauthenticated',
    'Send the token of a log-in, or an API key, as Authorization: Bearer TOKEN.',
  );
}
