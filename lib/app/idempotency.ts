import type { MiddlewareHandler } from 'hono';
import type { RouterEnv } from '../http/bearer-auth.ts';
import type { Idempotency } from '../http/idempotency.ts';
import { deferred } from '../runtime/deferred.ts';
import { lazy } from '../runtime/lazy.ts';
import type { App } from './app.ts';

/** Repetitions of requests, for each group of routes that creates. Loaded by the first request with an Idempotency-Key. */
export function openIdempotency({ idempotencyStore, answerSealer, config, log }: App): Idempotency {
  const opened = lazy(async () => {
    const { createIdempotency } = await import('../http/idempotency.ts');
    const { formBytes } = config.limits;
    return createIdempotency({ store: deferred(idempotencyStore), sealer: answerSealer, formBytes, log });
  });
  const by =
    (kind: keyof Idempotency): MiddlewareHandler<RouterEnv> =>
    async (c, next) => {
      if (c.req.header('Idempotency-Key') === undefined) return next();
      return (await opened())[kind](c, next);
    };
  return { json: by('json'), form: by('form'), again: by('again') };
}
