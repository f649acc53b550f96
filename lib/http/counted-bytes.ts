import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { observations } from '../ports/observations.ts';

/** Bytes of a connection that are counted, by connection. */
const counted = new WeakMap<Socket, { received: number; sent: number }>();

/** Publishes the bytes of an exchange when its answer has ended; those of a keep-alive connection follow one another. */
export function countBytes(socket: Socket, outgoing: ServerResponse): void {
  outgoing.once('close', () => {
    const before = counted.get(socket) ?? { received: 0, sent: 0 };
    const now = { received: socket.bytesRead, sent: socket.bytesWritten };
    counted.set(socket, now);
    observations.bytes.publish({ received: now.received - before.received, sent: now.sent - before.sent });
  });
}
