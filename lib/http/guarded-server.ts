import { createServer, type RequestListener, type Server } from 'node:http';
import { AppError, isErrno } from '../runtime/errors.ts';
import { ReceivedRequest } from './received-request.ts';
import { createSlowClients, type SlowClients } from './slow-clients.ts';

/** Milliseconds that requests which run at the end may still take. */
const GRACE = 3000;

/** Milliseconds without a byte after which a connection is given up. */
const IDLE = 300_000;

/** Milliseconds that the headers of a request may take; checked every so many. */
const HEADERS = 20_000;
const HEADERS_CHECK = 5000;

/** Milliseconds between two looks for slow clients. */
const CHECK = 1000;

/**
 * An HTTP server whose clients can't hold connections without using them: headers have a time-out, bodies and answers a
 * least throughput, and bodies that no handler reads a bound. 100 Continue is sent when the body is first read, so that
 * a request that is refused before gets its final answer instead.
 */
export function createGuardedServer(
  listener: RequestListener,
  slowClients: SlowClients = createSlowClients(),
): Server<typeof ReceivedRequest> {
  const options = { IncomingMessage: ReceivedRequest, connectionsCheckingInterval: HEADERS_CHECK };
  const server = createServer<typeof ReceivedRequest>(options, listener);
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
 * Begins to listen, and answers under which URL this machine reaches it.
 * @param port 0 picks a free one
 * Throws `misconfigured` where the port is in use.
 */
export function listen(server: Server, port: number): Promise<string> {
  allowLongUploads(server);
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(isErrno(error, 'EADDRINUSE') ? occupied(port) : error));
    server.listen(port, () => {
      const address = server.address();
      resolve(`http://localhost:${typeof address === 'object' && address ? address.port : port}`);
    });
  });
}

/** Node.js ends every request after five minutes; a large file over a slow line takes hours. */
function allowLongUploads(server: Server): void {
  server.requestTimeout = 0;
  server.headersTimeout = HEADERS;
  server.timeout = IDLE;
}

/** Ends at most 3 s later: downloads that still run are cut, and can be resumed by range. */
export async function closeServer(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), GRACE);
  await new Promise((resolve) => server.close(resolve));
  clearTimeout(cut);
}

function occupied(port: number): AppError {
  return new AppError(
    'misconfigured',
    `Port ${port} is in use. Set PORT to a free one, or to 0 to have one picked.`,
  );
}
