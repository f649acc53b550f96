import { IncomingMessage } from 'node:http';
import type { Context } from 'hono';

/** Node's side of a request, which the adapter of hono hands over; undefined where a test asks without a connection. */
export function incomingOf(c: Context): IncomingMessage | undefined {
  const bindings: unknown = c.env;
  if (typeof bindings !== 'object' || bindings === null || !('incoming' in bindings)) return undefined;
  return bindings.incoming instanceof IncomingMessage ? bindings.incoming : undefined;
}

/**
 * Whether the client has closed its connection: before its request was whole, or before it had an answer. The signal of
 * hono's request is asked only without a connection, since it would begin to read the body.
 */
export function isClientGone(c: Context): boolean {
  const incoming = incomingOf(c);
  return incoming ? incoming.errored !== null || incoming.socket.destroyed : c.req.raw.signal.aborted;
}
