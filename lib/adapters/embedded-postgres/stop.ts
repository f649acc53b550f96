import { setTimeout } from 'node:timers/promises';
import { AppError } from '../../runtime/errors.ts';
import type { Cluster } from './cluster.ts';
import { readPostmaster } from './postmaster.ts';
import { signal } from './start.ts';

// SIGINT is a fast shutdown, SIGQUIT an immediate one, after which the next start recovers (PostgreSQL manual,
// "Shutting Down the Server"). pg_ctl sends the same, but to any process that has the pid.

/** Stops the server of a cluster, if one runs; open connections are closed. Throws `unavailable`. */
export async function stopServer({ folder }: Pick<Cluster, 'folder'>): Promise<void> {
  for (const name of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    const server = readPostmaster(folder);
    if (!server) return;
    signal(server.pid, name);
    const deadline = performance.now() + (name === 'SIGINT' ? 5000 : 1000);
    while (readPostmaster(folder)?.pid === server.pid && performance.now() < deadline) await setTimeout(20);
  }
  if (readPostmaster(folder)) throw new AppError('unavailable', 'The embedded PostgreSQL did not stop.');
}

/** The same for an exit handler: signals the server to stop, and blocks the process for 2 s at most until it has. */
export function stopServerSync({ folder }: Cluster): void {
  const server = readPostmaster(folder);
  if (!server) return;
  signal(server.pid, 'SIGINT');
  const clock = new Int32Array(new SharedArrayBuffer(4));
  const deadline = performance.now() + 2000;
  while (readPostmaster(folder) && performance.now() < deadline) Atomics.wait(clock, 0, 0, 20);
}
