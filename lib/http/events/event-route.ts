import type { Context } from 'hono';
import { AppError, hasCode } from '../../runtime/errors.ts';
import { createRouter, type Router } from '../router.ts';
import { eventsOnly, type InternalCallers } from '../service-auth.ts';

/** Reads an event from its request. Throws `invalid_request`. */
type Decode<T> = (headers: Headers, body: string, query: URLSearchParams) => T | Promise<T>;

/**
 * The route of one event target. An event that cannot be decoded is acknowledged, since its next delivery could not be
 * decoded either; the answer and the log give the reason. After an error of `handle`, the platform delivers the event
 * again.
 */
export function eventRoute<T>(
  callers: InternalCallers,
  decode: Decode<T>,
  handle: (event: T, c: Context) => Promise<Response>,
  path = '*',
): Router {
  const router = createRouter();
  router.post(path, eventsOnly(callers), async (c) => {
    const event = await decoded(decode, c);
    if ('event' in event) return handle(event.event, c);
    callers.log.warn('An event could not be decoded', { error: event.refusal });
    return c.json({ ignored: event.refusal.message }, 200);
  });
  return router;
}

async function decoded<T>(
  decode: Decode<T>,
  { req }: Context,
): Promise<{ event: T } | { refusal: AppError }> {
  const body = await req.text();
  try {
    return { event: await decode(req.raw.headers, body, new URL(req.url).searchParams) };
  } catch (error) {
    if (error instanceof AppError && hasCode(error, 'invalid_request')) return { refusal: error };
    throw error;
  }
}
