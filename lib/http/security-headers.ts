import type { Context } from 'hono';
import { isByHttps } from './own-address.ts';

/**
 * Headers of every answer. A page of the service replaces the policy by its own; everything else is data, which no
 * browser shall run, frame, or read as another type. Addresses may contain tickets, and so are no referrers.
 */
export const SECURITY_HEADERS = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const;

/** Half a year in seconds. */
const TRANSPORT = { 'Strict-Transport-Security': 'max-age=15768000' };

/**
 * Adds those headers of `SECURITY_HEADERS` that the answer to a request does not have. A 304 gets none: its headers replace
 * those of the stored answer (RFC 9111, 3.2), and a page would lose its own policy.
 */
export function secure(c: Context): void {
  if (c.res.status === 304) return;
  const wanted = isByHttps(c) ? { ...SECURITY_HEADERS, ...TRANSPORT } : SECURITY_HEADERS;
  const { headers } = c.res;
  for (const [name, value] of Object.entries(wanted)) if (!headers.has(name)) headers.set(name, value);
}
