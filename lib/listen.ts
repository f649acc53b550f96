import type { Server } from 'node:http';
import { AppError, isErrno } from './errors.ts';

/** Milliseconds that requests which run at the end may still take. */
const GRACE = 3000;

/** Milliseconds without a byte after which a connection is given up. */
const IDLE = 300_000;

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
