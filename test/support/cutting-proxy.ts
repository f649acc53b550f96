import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';

/** A proxy of TCP between a client and the service, whose connections a test breaks. */
export interface CuttingProxy {
  url: string;
  /** Connections so far. */
  connections(): number;
  /** Breaks every open connection. */
  cut(): void;
  /** Breaks each of the next connections after so many bytes from the client, one number a connection. */
  cutAfter(...bytes: number[]): void;
  /**
   * Breaks the next connection whose client sends a text, such as COMMIT: before that reaches the service, or after, when the
   * service has carried it out and its answer is on the way.
   * @returns when a connection is broken, or after so many milliseconds without one; then none will be
   */
  cutAt(text: string, when: 'before' | 'after', patience: number): Promise<void>;
  /** Sends further connections to another address. */
  lead(to: string): void;
  close(): Promise<void>;
}

export async function cuttingProxy(target: string): Promise<CuttingProxy> {
  let to = new URL(target);
  let count = 0;
  const limits: number[] = [];
  const cuts: { text: string; when: 'before' | 'after'; done: () => void }[] = [];
  const open = new Set<Socket>();
  const server = createServer((client) => {
    count += 1;
    const service = connect(Number(to.port), to.hostname);
    for (const socket of [client, service]) {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
    }
    const breakBoth = () => {
      for (const socket of [client, service]) socket.destroy();
    };
    client.on('data', (chunk) => {
      const [cut] = cuts;
      if (!cut || !chunk.includes(cut.text)) return;
      cuts.shift();
      const cutNow = () => {
        breakBoth();
        cut.done();
      };
      if (cut.when === 'before') cutNow();
      else service.prependOnceListener('data', cutNow);
    });
    const limit = limits.shift();
    let sent = 0;
    if (limit !== undefined)
      client.on('data', (chunk) => {
        sent += chunk.length;
        if (sent >= limit) breakBoth();
      });
    pipeline(client, service).catch(() => service.destroy());
    pipeline(service, client).catch(() => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a port is expected');
  return {
    url: `http://127.0.0.1:${address.port}`,
    connections: () => count,
    cut() {
      for (const socket of open) socket.destroy();
    },
    cutAfter: (...bytes) => limits.push(...bytes),
    async cutAt(text, when, patience) {
      const { promise, resolve: done } = Promise.withResolvers<void>();
      const cut = { text, when, done };
      cuts.push(cut);
      const timer = setTimeout(done, patience);
      await promise;
      clearTimeout(timer);
      if (cuts.includes(cut)) cuts.splice(cuts.indexOf(cut), 1);
    },
    lead(other) {
      to = new URL(other);
    },
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
