import type { IncomingMessage } from 'node:http';
import { OutboundError } from './outbound-error.ts';
import type { Patience } from './patience.ts';

/**
 * Reads the body of an answer up to `maxBytes`. Only waiting for the server counts as idle, not the time that the
 * reader takes for what came.
 */
export async function* limitedBody(
  message: IncomingMessage,
  maxBytes: number,
  patience: Patience,
): AsyncGenerator<Buffer, void, undefined> {
  const window = createWindow(patience);
  const chunks = message.iterator();
  let length = 0;
  try {
    if (Number(message.headers['content-length']) > maxBytes) throw tooLarge(maxBytes);
    for (;;) {
      const { value, done } = await window.waitFor(chunks.next());
      if (done) return;
      length += value.length;
      if (length > maxBytes) throw tooLarge(maxBytes);
      window.count(value.length);
      yield value;
    }
  } catch (error) {
    throw patience.reasonOf(error);
  } finally {
    patience.end();
    message.destroy();
  }
}

function tooLarge(maxBytes: number): OutboundError {
  return new OutboundError('too_large', `The server sends more than ${maxBytes} bytes.`);
}

interface Window {
  waitFor<T>(next: Promise<T>): Promise<T>;
  count(bytes: number): void;
}

/** Aborts when `idleMs` of waiting have brought fewer than `idleBytes`. */
function createWindow({ timeouts: { idleMs, idleBytes }, abort }: Patience): Window {
  let waited = 0;
  let bytes = 0;
  return {
    async waitFor(next) {
      const begun = performance.now();
      const timer = setTimeout(() => abort('idle_timeout'), Math.max(0, idleMs - waited));
      try {
        return await next;
      } finally {
        clearTimeout(timer);
        waited += performance.now() - begun;
      }
    },
    count(more) {
      bytes += more;
      if (bytes < idleBytes) return;
      waited = 0;
      bytes = 0;
    },
  };
}
