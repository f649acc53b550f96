import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Order, Report } from './spawn-helper.ts';
import type { SpawnRequest } from './spawner.ts';

/**
 * A process of its own that starts programs for another, which tells it by messages; see `createSpawnHelper`. It imports
 * nothing that it can do without, and ends, with all that it started, when the other one is gone.
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
// Whoever stops a whole service means the other process, which has work to hand back.
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

/** Not read from: what comes in is the program's. */
async function open(address: string): Promise<Socket> {
  const socket = connect(address).pause();
  await once(socket, 'connect');
  return socket;
}

/** libuv makes only the first three blocking for the program; the others it would find full. */
function inherited(end: Socket | 'ignore', fd: number): Socket | 'ignore' | 'pipe' {
  return fd > 2 ? 'pipe' : end;
}

/** What the program has, this process closes; what it has not, this process passes on. */
function handOver(child: ChildProcess, fd: number, socket: Socket): void {
  const pipe = child.stdio[fd];
  if (pipe instanceof Readable) pipeline(pipe, socket).catch(() => undefined);
  else socket.destroy();
}
