import type { MiddlewareHandler } from 'hono';

/**
 * Cancels the body of an answer to HEAD. hono answers HEAD with the handler of GET and drops the body; the stream of
 * that body would keep a file or a connection open forever.
 */
export const cancelUnsentBody: MiddlewareHandler = async (c, next) => {
  await next();
  if (c.req.method !== 'HEAD') return;
  await c.res.body?.cancel();
  c.res = new Response(null, c.res);
};
