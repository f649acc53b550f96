import { type Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener, RequestError } from '@hono/node-server';
import { AppError, type ErrorCode } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { countBytes } from './counted-bytes.ts';
import { createGuardedServer, type HeaderTime } from './guarded-server.ts';
import { problemOf } from './problem.ts';
import type { SlowClients } from './slow-clients.ts';

/** Routes of a hono app. */
interface Routes {
  fetch: Parameters<typeof getRequestListener>[0];
}

/** Answers requests by the routes. A request that fails before any route gets problem+json as well. */
export function createListener(http: Routes, log: Log): ReturnType<typeof getRequestListener> {
  const errorHandler = (error: unknown): Response => {
    const known = error instanceof RequestError ? badRequest(error) : undefined;
    if (known) log.info('A request was refused before any route', { reason: error });
    else log.error('A request failed outside of every route', { error });
    const { status, body, headers } = problemOf(
      known ?? new AppError('internal', 'Something went wrong on our side. Try again later.'),
    );
    return new Response(body, { status, headers });
  };
  // HTTP/1.0 knows no Host, and health checks of load balancers use it.
  // The guarded server reads the rest of a body. If the adapter did, it could close the connection of the next request.
  const options = { errorHandler, hostname: 'localhost', autoCleanupIncoming: false };
  const answer = getRequestListener(http.fetch, options);
  return (incoming, outgoing) => {
    if (outgoing instanceof ServerResponse) countBytes(incoming.socket, outgoing);
    return answer(incoming, outgoing);
  };
}

/** A server for these routes that does not listen yet. */
export function createHttpServer(
  http: Routes,
  log: Log,
  slowClients?: SlowClients,
  headers?: HeaderTime,
): Server {
  const server = createGuardedServer(createListener(http, log), slowClients, headers);
  server.on('checkExpectation', (_request, response) => {
    const { body, headers } = problemOf(new AppError('invalid_request', EXPECTATION), 417);
    response.writeHead(417, headers).end(body);
  });
  server.on('connect', (_request, socket) => refuse(socket, 405, 'This server is not a proxy.'));
  server.on('clientError', (error, socket) => {
    const code = 'code' in error ? String(error.code) : '';
    if (code === 'ECONNRESET') socket.destroy();
    else refuse(socket, ...(REFUSALS.get(code) ?? NO_HTTP));
  });
  return server;
}

const EXPECTATION = 'The server supports no expectation but 100-continue.';

function badRequest(cause: Error): AppError {
  return new AppError('invalid_request', 'The address or the Host of the request is not valid.', { cause });
}

type Refusal = readonly [400 | 405 | 408 | 413 | 431, string];

/** Statuses of errors of Node's HTTP parser (Node.js, "Event: 'clientError'"). */
const REFUSALS: ReadonlyMap<string, Refusal> = new Map<string, Refusal>([
  ['HPE_HEADER_OVERFLOW', [431, 'The headers of the request are too large.']],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', [413, 'The extensions of a chunk are too large.']],
  ['HPE_INVALID_EOF_STATE', [400, 'The connection ended before the request was complete.']],
  ['ERR_HTTP_REQUEST_TIMEOUT', [408, 'The request did not come in time.']],
]);

/** Codes of statuses that have one of their own. */
const CODES: ReadonlyMap<number, ErrorCode> = new Map<number, ErrorCode>([
  [405, 'method_not_allowed'],
  [408, 'request_timeout'],
  [413, 'too_large'],
]);
const NO_HTTP: Refusal = [400, 'The request is not valid HTTP.'];

/** Sends an error, or only closes the connection if an answer has already started. */
function refuse(socket: Duplex, ...[status, sentence]: Refusal): void {
  if (!socket.writable || isAnswering(socket)) {
    socket.destroy();
    return;
  }
  const code = CODES.get(status) ?? 'invalid_request';
  const { title, body, headers } = problemOf(new AppError(code, sentence), status);
  const all = { ...headers, 'Content-Length': Buffer.byteLength(body), Connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${title}\r\n${lines.join('')}\r\n${body}`);
}

/** Node.js keeps the current response of a socket in this property, and reads it for the same purpose. */
function isAnswering(socket: Duplex): boolean {
  if (!('_httpMessage' in socket)) return false;
  return socket._httpMessage instanceof ServerResponse && socket._httpMessage.headersSent;
}
