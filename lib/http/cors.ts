import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';

/** Origins whose pages may call the service: all, or these. */
export type CorsOrigins = '*' | readonly string[];

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Headers that a page may send. `X-Session` is not among them: it is for pages of the service itself. */
const REQUEST_HEADERS = [
  'Authorization',
  'Content-Digest',
  'Content-MD5',
  'Content-Range',
  'Content-Type',
  'Digest',
  'Idempotency-Key',
  'If-Match',
  'If-Modified-Since',
  'If-None-Match',
  'If-Range',
  'If-Unmodified-Since',
  'Last-Event-ID',
  'Prefer',
  'Range',
  'Repr-Digest',
  'traceparent',
  'x-goog-hash',
];

/** Headers of answers that a page may read, besides those that it always may (Fetch, "CORS-safelisted response-header name"). */
const ANSWER_HEADERS = [
  'Accept-Ranges',
  'Allow',
  'Content-Disposition',
  'Content-Encoding',
  'Content-Range',
  'ETag',
  'Idempotent-Replayed',
  'Link',
  'Location',
  'Preference-Applied',
  'Range',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'WWW-Authenticate',
];

/** Seconds for which a browser keeps the answer to a preflight: the maximum of Chromium. */
const MAX_AGE = 7200;

/**
 * Lets pages of other origins call every route, and answers their preflights (Fetch, "CORS protocol"). Credentials of the
 * browser are never allowed: a page sends its token itself.
 */
export function crossOrigin(origins: CorsOrigins): MiddlewareHandler {
  const answer = cors({
    origin: origins === '*' ? '*' : [...origins],
    allowMethods: METHODS,
    allowHeaders: REQUEST_HEADERS,
    exposeHeaders: ANSWER_HEADERS,
    maxAge: MAX_AGE,
  });
  return (c, next) => {
    const isPreflight = c.req.header('Access-Control-Request-Method') !== undefined;
    return c.req.method === 'OPTIONS' && !isPreflight ? next() : answer(c, next);
  };
}
