import { AsyncLocalStorage } from 'node:async_hooks';

const surrounding = new AsyncLocalStorage<string | undefined>();

/** Version 00 of the header, with ids that are not zero (W3C Trace Context, 3.2). */
const VALID = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The header if it is valid; undefined otherwise. */
export function validTraceparent(header: string | null | undefined): string | undefined {
  return typeof header === 'string' && VALID.test(header) ? header : undefined;
}

/**
 * Runs work under a `traceparent`, which what it creates keeps. One that is not valid counts as none, and the work then
 * has none, whatever surrounds it.
 */
export function withTraceparent<T>(header: string | null | undefined, work: () => T): T {
  const valid = validTraceparent(header);
  return valid === surrounding.getStore() ? work() : surrounding.run(valid, work);
}

/** The `traceparent` of the work that runs; null without one. */
export function currentTraceparent(): string | null {
  return surrounding.getStore() ?? null;
}
