import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { AppError } from './errors.ts';

/**
 * Lets internal callers pass: those that know the service credential, by the header `X-Service-Credential` or,
 * for old workers that can set no header, by `?key=`.
 */
export function internalOnly(credential: () => Promise<string>): MiddlewareHandler {
  return async (c, next) => {
    const given = c.req.header('X-Service-Credential') ?? c.req.query('key');
    if (given === undefined || !same(given, await credential())) {
      throw new AppError('unauthenticated', 'This is for internal callers, which send X-Service-Credential.');
    }
    await next();
  };
}

/** Compares hashes, so that neither content nor length shows in the time it takes. */
function same(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
