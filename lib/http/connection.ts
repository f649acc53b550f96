import { IncomingMessage } from 'node:http';
import type { Context } from 'hono';

/**
 * The request object of Node.js, which hono's adapter passes on; undefined where a test sends requests without a
 * connection.
 */
export function incomingOf(c: Context): IncomingMessage | undefined {
  const bindings: unknown = c.env;
  if (typeof bindings !== 'object' || bindings === null || !('incoming' in bindings)) return undefined;
  return bindings.incoming instanceof IncomingMessage ? bindings.incoming : undefined;
}

/**
 * Whether the client closed its connection before the end of its request, or before its answer. The signal of hono's
 * request is used only without a connection, since its use would start to read the body.
 */
export function isClientGone(c: Context): boolean {
  const incoming = incomingOf(c);
  return incoming ? incoming.errored !== null || incoming.socket.destroyed : c.req.raw.signal.aborted;
}
