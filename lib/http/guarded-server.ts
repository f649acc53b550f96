import { createServer, type RequestListener, type Server } from 'node:http';
import { AppError, isErrno } from '../runtime/errors.ts';
import { ReceivedRequest } from './received-request.ts';
import { createSlowClients, type SlowClients } from './slow-clients.ts';

/** Milliseconds that running requests may still take at shutdown. */
const GRACE = 3000;

/** Milliseconds without a byte after which a connection is closed. */
const IDLE = 300_000;

/** Connections that wait to be accepted; the kernel drops more, and their clients try again a second later. It caps this by net.core.somaxconn. */
const BACKLOG = 4096;

/** Time limit for all headers of a request, and the interval of its check, in milliseconds. */
export interface HeaderTime {
  limit: number;
  check: number;
}

const HEADERS: HeaderTime = { limit: 20_000, check: 5000 };

/** Milliseconds between two checks for slow clients. */
const CHECK = 1000;

/**
 * An HTTP server that ends connections of idle and slow clients. It limits the time for headers, the throughput of
 * bodies and answers, and the size of bodies that no handler reads. It sends 100 Continue when the body is first read,
 * so that a request which is refused earlier gets its final answer instead.
 */
export function createGuardedServer(
  listener: RequestListener,
  slowClients: SlowClients = createSlowClients(),
  headers: HeaderTime = HEADERS,
): Server<typeof ReceivedRequest> {
  const options = { connectionsCheckingInterval: headers.check, headersTimeout: headers.limit };
  const server = createServer<typeof ReceivedRequest>(
    { IncomingMessage: ReceivedRequest, ...options },
    listener,
  );
  server.prependListener('request', slowClients.watch);
  server.on('checkContinue', (incoming, outgoing) => {
    outgoing.setHeader('Connection', 'close');
    incoming.onFirstRead(() => {
      if (outgoing.headersSent) return;
      outgoing.removeHeader('Connection');
      outgoing.writeContinue();
    });
    server.emit('request', incoming, outgoing);
  });
  const timer = setInterval(slowClients.check, CHECK).unref();
  server.once('close', () => clearInterval(timer));
  return server;
}

/**
 * Starts to listen, and returns the URL of the server on this machine.
 * @param port 0 picks a free one
 * @param host address of an interface; undefined for all
 * Throws `misconfigured` if the port is in use.
 */
export function listen(server: Server, port: number, host?: string): Promise<string> {
  allowLongUploads(server);
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(isErrno(error, 'EADDRINUSE') ? occupied(port) : error));
    server.listen({ port, host, backlog: BACKLOG }, () => {
      const address = server.address();
      resolve(`http://localhost:${typeof address === 'object' && address ? address.port : port}`);
    });
  });
}

/** Node.js ends every request after five minutes by default; a large file over a slow connection takes hours. */
function allowLongUploads(server: Server): void {
  server.requestTimeout = 0;
  server.timeout = IDLE;
}

/** Closes the server within 3 s. Downloads that still run are cut off, and clients can resume them by range. */
export async function closeServer(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), GRACE);
  await new Promise((resolve) => server.close(resolve));
  clearTimeout(cut);
}

function occupied(port: number): AppError {
  return new AppError(
    'misconfigured',
    `Port ${port} is in use. Set PORT to a free port, or to 0 for any free port.`,
  );
}
