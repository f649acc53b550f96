import type { Context } from 'hono';

/**
 * Base URL under which the caller reaches this service. A load balancer that ends TLS sets `X-Forwarded-Proto`. A
 * caller that forges this header gets a wrong address in the answer to its own request, and nothing else.
 */
export function serviceUrl(c: Context): string {
  const { host, protocol } = new URL(c.req.url);
  const outside = /^https?$/.exec(c.req.header('X-Forwarded-Proto') ?? '')?.[0];
  return `${outside ? `${outside}:` : protocol}//${host}`;
}

/** Whether the browser of a request speaks HTTPS, with the service or with the proxy before it. */
export function isByHttps({ req }: Context): boolean {
  return req.header('X-Forwarded-Proto') === 'https' || req.url.startsWith('https:');
}
