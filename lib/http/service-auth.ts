import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { AppError } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import type { CallerTokens } from './google-id-tokens.ts';

/** How internal callers show who they are. */
export interface InternalCallers {
  /** In the cloud: by OpenID Connect. */
  tokens: CallerTokens | undefined;
  /** A secret that internal callers share; where there are tokens, only old workers do. */
  credential: () => Promise<string>;
  log: Log;
}

/** Lets the platform's events pass: by token where there are tokens, else by the service credential. */
export function eventsOnly(callers: InternalCallers): MiddlewareHandler {
  return async (c, next) => {
    await (callers.tokens ? byToken(callers, callers.tokens, c) : byCredential(callers, c));
    await next();
  };
}

/** Lets workers pass: by the service credential, or by token where there are tokens. */
export function workersOnly(callers: InternalCallers): MiddlewareHandler {
  return async (c, next) => {
    const { tokens } = callers;
    await (tokens && bearerOf(c) !== undefined ? byToken(callers, tokens, c) : byCredential(callers, c));
    await next();
  };
}

async function byToken({ log }: InternalCallers, tokens: CallerTokens, c: Context): Promise<void> {
  try {
    await tokens.verify(bearerOf(c) ?? '');
  } catch (error) {
    const reason =
      error instanceof AppError && error.cause instanceof Error ? error.cause.message : undefined;
    log.warn('An internal caller was turned away', { path: c.req.path, reason });
    throw error;
  }
}

/** By the header `X-Service-Credential` or, for workers that can set no header, by `?key=`. */
async function byCredential({ credential }: InternalCallers, c: Context): Promise<void> {
  const given = c.req.header('X-Service-Credential') ?? c.req.query('key');
  if (given !== undefined && same(given, await credential())) return;
  throw new AppError('unauthenticated', 'This is for internal callers, which send X-Service-Credential.');
}

function bearerOf(c: Context): string | undefined {
  return /^Bearer +(\S+)$/i.exec(c.req.header('Authorization') ?? '')?.[1];
}

/** Compares hashes, so that neither content nor length shows in the time it takes. */
function same(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
