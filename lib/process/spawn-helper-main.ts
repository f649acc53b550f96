import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Order, Report } from './spawn-helper.ts';
import type { SpawnRequest } from './spawner.ts';

/**
 * The process that starts programs for the main process, on its messages; see `createSpawnHelper`. It imports as little as
 * possible, and ends with all its programs when the main process ends.
 */
const [, , folder = ''] = process.argv;
const running = new Map<number, ChildProcess>();

process.on('message', (order: Order) => {
  if (order.request) void launch(order.id, order.request, order.address);
  else running.get(order.id)?.kill(order.kill);
});
process.on('disconnect', () => {
  for (const child of running.values()) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
  process.exit();
});
// A supervisor that stops the whole service sends SIGTERM to both; the main process needs this one to return its tasks.
process.on('SIGTERM', () => undefined);

function report(what: Report): void {
  if (process.connected) process.send?.(what);
}

async function launch(id: number, { program, args, cwd, env, fed, outputs }: SpawnRequest, address: string) {
  const sockets: Socket[] = [];
  try {
    for (let pipe = 0; pipe < outputs + Number(fed); pipe++) sockets.push(await open(address));
    const ends = [...(fed ? [] : ['ignore' as const]), ...sockets];
    const child = spawn(program, args, { cwd, env, stdio: ends.map(inherited) });
    await once(child, 'spawn');
    running.set(id, child);
    child.once('exit', (code, signal) => {
      running.delete(id);
      report({ id, state: 'ended', code, signal });
    });
    for (const [fd, end] of ends.entries()) if (end !== 'ignore') handOver(child, fd, end);
    report({ id, state: 'started' });
  } catch (error) {
    for (const socket of sockets) socket.destroy();
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'EUNKNOWN';
    report({ id, state: 'failed', message: error instanceof Error ? error.message : String(error), code });
  }
}

/** Opens a socket that this process does not read, since its input belongs to the program. */
async function open(address: string): Promise<Socket> {
  const socket = connect(address).pause();
  await once(socket, 'connect');
  return socket;
}

/** libuv makes only the first three pipes blocking for the program; writes to the others would fail when they are full. */
function inherited(end: Socket | 'ignore', fd: number): Socket | 'ignore' | 'pipe' {
  return fd > 2 ? 'pipe' : end;
}

/** Closes sockets that the child inherited; forwards the pipes that it did not. */
function handOver(child: ChildProcess, fd: number, socket: Socket): void {
  const pipe = child.stdio[fd];
  if (pipe instanceof Readable) pipeline(pipe, socket).catch(() => undefined);
  else socket.destroy();
}
