import type { MiddlewareHandler } from 'hono';

/**
 * Cancels the body of an answer to HEAD: hono answers HEAD by the handler of GET and drops the body, whose stream would
 * keep a file or a connection open for good.
 */
export const cancelUnsentBody: MiddlewareHandler = async (c, next) => {
  await next();
  if (c.req.method !== 'HEAD') return;
  await c.res.body?.cancel();
  c.res = new Response(null, c.res);
};
