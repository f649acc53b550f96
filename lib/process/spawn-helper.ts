import { type ChildProcess, fork, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../runtime/errors.ts';
import type { Exit, Spawner, SpawnRequest } from './spawner.ts';

/** Message to the spawn helper: start a program with sockets at an address for its pipes, or send it a signal. */
export type Order =
  | { id: number; request: SpawnRequest; address: string }
  | { id: number; request: undefined; kill: NodeJS.Signals };

/** Message from the spawn helper. */
export type Report = { id: number } & (
  | { state: 'started' }
  | ({ state: 'ended' } & Exit)
  | { state: 'failed'; message: string; code: string | undefined }
);

const STDIO: StdioOptions = ['ignore', 'ignore', 'inherit', 'ipc'];

/** The spawn helper, and the receivers of its reports. */
interface Helper {
  child: ChildProcess;
  /** Private folder of the sockets. */
  folder: string;
  waiting: Map<number, (report: Report) => void>;
}

/**
 * Starts programs from a small helper process. A fork copies the page tables of the whole process, and blocks it meanwhile:
 * 10 to 20 ms for 200 MB, 1 ms for the 20 MB of the helper. It starts at once, so that the first program does not wait for it.
 */
export function createSpawnHelper(): Spawner {
  let count = 0;

  const begin = (): Helper => {
    const begun = startHelper();
    const { child, waiting } = begun;
    const gone = (cause?: Error) => {
      if (helper === begun) helper = undefined;
      const message = `The process that starts programs has ended${cause ? `: ${cause.message}` : ''}.`;
      for (const [id, tell] of waiting) tell({ id, state: 'failed', message, code: undefined });
    };
    child.once('exit', () => gone());
    child.on('error', gone);
    return begun;
  };
  let helper: Helper | undefined = begin();

  return {
    async start(request) {
      helper ??= begin();
      const { child, folder, waiting } = helper;
      const id = ++count;
      const started = Promise.withResolvers<void>();
      const ended = Promise.withResolvers<Exit>();
      for (const { promise } of [started, ended]) promise.catch(() => undefined);
      waiting.set(id, (report) => {
        if (report.state === 'started') return started.resolve();
        waiting.delete(id);
        if (report.state === 'ended') return ended.resolve(report);
        const error = failure(report);
        started.reject(error);
        ended.reject(error);
      });
      const tell = (order: Order) => {
        if (child.connected) child.send(order);
      };
      const sockets = await accept(
        join(folder, String(id)),
        request.outputs + Number(request.fed),
        (address) => {
          tell({ id, request, address });
          return started.promise;
        },
      );
      return {
        stdin: request.fed ? (sockets.shift() ?? null) : null,
        outputs: sockets,
        kill: (signal) => tell({ id, request: undefined, kill: signal }),
        ended: ended.promise,
      };
    },
    close() {
      helper?.child.disconnect();
      helper = undefined;
    },
  };
}

/** The helper has its own session, so that Ctrl-C reaches neither it nor its programs. */
function startHelper(): Helper {
  const folder = mkdtempSync(join(socketRoot(), 'tonemill-'));
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const program = fileURLToPath(new URL(`./spawn-helper-main.${extension}`, import.meta.url));
  const child = fork(program, [folder], { detached: true, env: {}, execArgv: [], stdio: STDIO });
  const waiting = new Map<number, (report: Report) => void>();
  child.on('message', (report: Report) => waiting.get(report.id)?.(report));
  child.unref();
  child.channel?.unref();
  return { child, folder, waiting };
}

/** A socket's path has at most 103 bytes (sockaddr_un of macOS; four more on Linux). */
function socketRoot(): string {
  return Buffer.byteLength(tmpdir()) <= 64 ? tmpdir() : '/tmp';
}

/** Waits for a number of connections, in the order of the requests, and for `connect`, which requests them. */
async function accept(
  address: string,
  count: number,
  connect: (address: string) => Promise<void>,
): Promise<Socket[]> {
  const sockets: Socket[] = [];
  const complete = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    sockets.push(socket);
    if (sockets.length === count) complete.resolve();
  });
  server.listen(address);
  try {
    await once(server, 'listening');
    await Promise.all([connect(address), complete.promise]);
    return sockets;
  } catch (error) {
    for (const socket of sockets) socket.destroy();
    throw error;
  } finally {
    server.close();
  }
}

function failure({ message, code }: Report & { state: 'failed' }): Error {
  if (code === undefined) return new AppError('unavailable', message);
  return Object.assign(new Error(message), { code });
}
