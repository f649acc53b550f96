import { AsyncLocalStorage } from 'node:async_hooks';

const surrounding = new AsyncLocalStorage<string>();

/** Version 00 of the header, with ids that are not zero (W3C Trace Context, 3.2). */
const VALID = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Runs the work of a request; what it creates keeps the `traceparent` of the request. One that is not valid counts as none. */
export function withTraceparent<T>(header: string | null, work: () => T): T {
  return header !== null && VALID.test(header) ? surrounding.run(header, work) : work();
}

/** The `traceparent` of the request that runs; null without one. */
export function currentTraceparent(): string | null {
  return surrounding.getStore() ?? null;
}
