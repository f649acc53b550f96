import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that users name, on the loopback. */
export interface Remote {
  /** Base URL with the name `host`, which only the test's resolver knows, or with 127.0.0.1. */
  url(path: string, host?: string): string;
  /** Answers a path; the newest handler counts. */
  on(path: string, handler: (incoming: IncomingMessage, outgoing: ServerResponse) => unknown): void;
  /** Methods and paths of all requests. */
  requests: string[];
}

/** Headers as they were sent: the functions, once a test has loaded them, change the content type of every request. */
export function sentHeaders({ rawHeaders }: IncomingMessage): Record<string, string> {
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  const values = rawHeaders.filter((_, index) => index % 2 === 1);
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}

/** One server for the `describe` that it is called in. */
export function remoteServer(): Remote {
  const handlers = new Map<string, RequestListener>();
  const requests: string[] = [];
  const server = createServer((incoming, outgoing) => {
    requests.push(`${incoming.method} ${incoming.url}`);
    const handler = handlers.get((incoming.url ?? '').replace(/\?.*/s, ''));
    if (handler) handler(incoming, outgoing);
    else outgoing.writeHead(404).end('No such file, and a secret.');
  });
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: (path, host = '127.0.0.1') => `http://${host}:${(server.address() as AddressInfo).port}${path}`,
    on: (path, handler) => void handlers.set(path, handler),
    requests,
  };
}
