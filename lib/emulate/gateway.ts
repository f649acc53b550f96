import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { listen } from '../http/guarded-server.ts';

/** Paths of the functions, as in the load balancer's URL map; the site answers all others. */
const ROUTES: readonly [RegExp, Public][] = [
  [/^\/(api\/auth\/|\.well-known\/)/, 'auth'],
  [/^\/api\//, 'tasks'],
];

/** Functions behind the load balancer. */
export type Public = 'auth' | 'tasks' | 'site';

/**
 * One URL for the functions that callers reach.
 * @param urls URL of each function
 * @param port 0 picks a free one
 */
export async function openGateway(
  urls: Readonly<Record<Public, string>>,
  port: number,
): Promise<{ url: string; server: Server }> {
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? '/';
    const name = ROUTES.find(([pattern]) => pattern.test(path))?.[1] ?? 'site';
    pass(incoming, outgoing, new URL(path, urls[name]));
  });
  return { url: await listen(server, port), server };
}

function pass(incoming: IncomingMessage, outgoing: ServerResponse, to: URL): void {
  const { method, headers } = incoming;
  const passed = request(to, { method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, outgoing, () => undefined);
  });
  passed.on('error', () => {
    if (!outgoing.headersSent) outgoing.writeHead(502);
    outgoing.end();
  });
  pipeline(incoming, passed, () => undefined);
}
