import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * What becomes of one request: it is answered with a status at once; or after so many bytes of its body, or of the
 * answer where it is a GET, the connection is cut, or held until a promise resolves; or something happens before it is
 * answered.
 */
export type Fault =
  | { kind: 'status'; status: number }
  | { kind: 'cut'; bytes: number }
  | { kind: 'hold'; bytes: number; until: Promise<void> }
  | { kind: 'before-answer'; work: () => Promise<unknown> };

export interface FaultyHttp {
  url: string;
  /** Decides on each request; undefined lets it pass. */
  decide: (method: string, path: string) => Fault | undefined;
  close(): void;
}

/** Stands before an HTTP server and breaks what it is told to break. */
export async function faultyHttp(upstream: string): Promise<FaultyHttp> {
  const faulty: FaultyHttp = { url: '', decide: () => undefined, close: () => undefined };
  const server = createServer((incoming, outgoing) => {
    const fault = faulty.decide(incoming.method ?? '', decodeURIComponent(incoming.url ?? ''));
    forward(upstream, faulty.url, incoming, outgoing, fault).catch(() => {
      incoming.destroy();
      outgoing.destroy();
    });
  });
  faulty.url = `http://127.0.0.1:${await listening(server)}`;
  faulty.close = () => {
    server.close();
    server.closeAllConnections();
  };
  return faulty;
}

async function forward(
  upstream: string,
  own: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  if (fault?.kind === 'status') {
    incoming.resume();
    const body = JSON.stringify({ error: { code: fault.status, message: 'out of order' } });
    outgoing.writeHead(fault.status, { 'Content-Type': 'application/json' }).end(body);
    return;
  }
  const { host } = new URL(upstream);
  const { method = 'GET', headers } = incoming;
  const options = { method, headers: { ...headers, host } };
  const onward = request(new URL(incoming.url ?? '/', upstream), options);
  const reading = method === 'GET';
  const answered = once(onward, 'response');
  await pipeline(reading ? incoming : broken(incoming, fault), onward);
  const [answer] = await answered;
  if (fault?.kind === 'before-answer') await fault.work();
  const location = answer.headers.location?.replace(upstream, own);
  outgoing.writeHead(answer.statusCode, { ...answer.headers, ...(location && { location }) });
  await pipeline(reading ? broken(answer, fault) : answer, outgoing);
}

function broken(stream: Readable, fault: Fault | undefined): Readable {
  if (fault?.kind !== 'cut' && fault?.kind !== 'hold') return stream;
  return Readable.from(breakAfter(stream, fault));
}

async function* breakAfter(stream: Readable, fault: Extract<Fault, { bytes: number }>) {
  let left = fault.bytes;
  for await (const chunk of stream) {
    yield chunk.subarray(0, left);
    if (chunk.length > left) {
      if (fault.kind === 'cut') throw new Error('cut');
      await fault.until;
      yield chunk.subarray(left);
    }
    left = Math.max(0, left - chunk.length);
  }
}

export interface FaultyTcp {
  port: number;
  /** Cuts every connection, and refuses others until it is told to let them in again. */
  away(): void;
  back(): void;
  close(): void;
}

/** Stands before any server on loopback. */
export async function faultyTcp(port: number): Promise<FaultyTcp> {
  const sockets = new Set<Socket>();
  let reachable = true;
  const server = createTcpServer((client) => {
    if (!reachable) {
      client.destroy();
      return;
    }
    const onward = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [client, onward],
      [onward, client],
    ] as const) {
      sockets.add(one);
      one
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(one);
          other.destroy();
        });
      one.pipe(other);
    }
  });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: await listening(server),
    away() {
      reachable = false;
      cut();
    },
    back() {
      reachable = true;
    },
    close() {
      server.close();
      cut();
    },
  };
}

async function listening(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new TypeError('a listening server has an address');
  return address.port;
}
