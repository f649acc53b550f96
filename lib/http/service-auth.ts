import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { AppError } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import type { CallerTokens } from './google-id-tokens.ts';

/** Credentials of internal callers. */
export interface InternalCallers {
  /** In the cloud: OpenID Connect. */
  tokens: CallerTokens | undefined;
  /** Shared secret of internal callers; if there are tokens, only old workers use it. */
  credential: () => Promise<string>;
  log: Log;
}

/** Accepts events of the platform: by token if tokens are configured, else by the service credential. */
export function eventsOnly(callers: InternalCallers): MiddlewareHandler {
  return async (c, next) => {
    await (callers.tokens ? byToken(callers, callers.tokens, c) : byCredential(callers, c));
    await next();
  };
}

/** Accepts workers: by the service credential, or by token if tokens are configured. */
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
    log.warn('An internal caller was refused', { path: c.req.path, reason });
    throw error;
  }
}

/** Checks the header `X-Service-Credential` or, for workers that can set no header, `?key=`. */
async function byCredential({ credential }: InternalCallers, c: Context): Promise<void> {
  const given = c.req.header('X-Service-Credential') ?? c.req.query('key');
  if (given !== undefined && same(given, await credential())) return;
  throw new AppError(
    'unauthenticated',
    'This route is for internal callers, and needs X-Service-Credential.',
  );
}

function bearerOf(c: Context): string | undefined {
  return /^Bearer +(\S+)$/i.exec(c.req.header('Authorization') ?? '')?.[1];
}

/** Compares hashes, so that the time depends neither on the content nor on the length. */
function same(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
