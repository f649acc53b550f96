import type { MiddlewareHandler } from 'hono';

/** Methods that change nothing. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Calls `work` before the answer to each request that may have changed something: a function has no processor after it. */
export function afterChanges(work: () => Promise<void>): MiddlewareHandler {
  return async (c, next) => {
    await next();
    if (!SAFE.has(c.req.method)) await work();
  };
}
