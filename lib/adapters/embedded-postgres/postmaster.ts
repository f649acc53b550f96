import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { platform } from 'node:os';
import { join } from 'node:path';
import { isErrno } from '../../runtime/errors.ts';

/** The first process of a PostgreSQL server. */
export interface Postmaster {
  pid: number;
  port: number;
  /** Whether it accepts connections; false while it starts up or shuts down. */
  ready: boolean;
}

/**
 * The live server on a cluster, by its postmaster.pid (lines as in PostgreSQL's source, `miscadmin.h`).
 * The file alone proves nothing: after a kill, its pid may belong to another program.
 * @param folder absolute path, with the spelling that the server got
 */
export function readPostmaster(folder: string): Postmaster | undefined {
  const lines = readIfThere(join(folder, 'postmaster.pid'))?.split('\n') ?? [];
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  if (!(pid > 0) || !(port > 0) || !servesCluster(pid, folder)) return undefined;
  return { pid, port, ready: lines[7]?.trim() === 'ready' };
}

/** Whether postmaster.pid names a live process that is not this cluster's server; PostgreSQL would not start then. */
export function isForeign(folder: string): boolean {
  const pid = Number(readIfThere(join(folder, 'postmaster.pid'))?.split('\n')[0]);
  return pid > 0 && !servesCluster(pid, folder);
}

/**
 * Processes of a server whose postmaster was killed. A process in a long query continues it, and no new server
 * starts while it has the shared memory. They are found through /proc; without it, the start waits for them.
 */
export function survivors(folder: string): number[] {
  if (platform() !== 'linux') return [];
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && workingFolder(pid) === folder)
    .filter((pid) => readIfThere(`/proc/${pid}/cmdline`)?.startsWith('postgres: '));
}

function servesCluster(pid: number, folder: string): boolean {
  if (platform() === 'linux')
    return readIfThere(`/proc/${pid}/cmdline`)?.split('\0').includes(folder) ?? false;
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', `${pid}`], { encoding: 'utf8' }).includes(folder);
  } catch {
    // ps exits with 1 if there is no such process.
    return false;
  }
}

/** Processes of other users cannot be read, and are never survivors of this server. */
function workingFolder(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // ESRCH: the process ended while its file in /proc was read.
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ESRCH')) return undefined;
    throw error;
  }
}
