import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A file and a server that nothing should open. */
export interface Canary {
  /** Address of the server, without a scheme: `127.0.0.1:1234`. */
  host: string;
  /** Number of connections so far. */
  connections(): number;
  /** Whether a program has opened the file for reading. */
  isOpened(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Makes a named pipe and a server. The kernel lets a writer open the pipe as soon as a reader has opened it (fifo(7)), so
 * that no reader stays unseen.
 */
export async function openCanary(path: string): Promise<Canary> {
  await run('mkfifo', [path]);
  let opened = false;
  const writer = open(path, constants.O_WRONLY).then((file) => {
    opened = true;
    return file;
  });
  const server = await listening();
  let connections = 0;
  server.on('connection', (socket) => {
    connections += 1;
    socket.destroy();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server has no port');
  return {
    host: `127.0.0.1:${address.port}`,
    connections: () => connections,
    // The open of the writer ends within the time that a program takes.
    async isOpened() {
      await run('true');
      return opened;
    },
    async close() {
      server.close();
      const reader = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
      await (await writer).close();
      await reader.close();
    },
  };
}

async function listening(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
