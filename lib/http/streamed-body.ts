import type { Context } from 'hono';
import type { Log } from '../runtime/log.ts';
import { incomingOf } from './connection.ts';

/**
 * Body of an answer that comes from `source`. An error of the source is logged, and breaks the connection: an answer without
 * a declared length would look whole otherwise. A client that goes away cancels the source.
 */
export function streamedBody(
  c: Context,
  log: Log,
  source: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        log.warn('An answer broke off', { error });
        const incoming = incomingOf(c);
        // The adapter cancels the body of a connection that is closed; it would print an error.
        if (incoming) incoming.socket.destroy();
        else controller.error(error);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
