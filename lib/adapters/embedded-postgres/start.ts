import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { platform } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { AppError, isErrno } from '../../runtime/errors.ts';
import { type Cluster, ENVIRONMENT } from './cluster.ts';
import { isForeign, readPostmaster, survivors } from './postmaster.ts';

/** Recovery after a crash replays at most a gigabyte of log (max_wal_size). */
const STARTING = 60_000;

/** Transient reasons: another process took the port just now, or processes of a killed server still hold its memory. */
const PASSING = /address already in use|could not bind|shared memory block|lock file/i;

/** Bytes of a socket's path (sockaddr_un of macOS; four more on Linux). */
const LONGEST_SOCKET = 103;

/**
 * The address of one database on a cluster's server: its socket, if it has one. Measured for a page of ten tasks: 50 us of
 * CPU time less in this process than by loopback, and 30 us less in the server.
 */
export function databaseUrl(cluster: Cluster, port: number, database: string): string {
  const url = `postgres://tonemill:${cluster.password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  return existsSync(socketOf(cluster, port)) ? `${url}?host=${encodeURIComponent(cluster.folder)}` : url;
}

/** PostgreSQL's name of the socket of a port. */
function socketOf({ folder }: Cluster, port: number): string {
  return join(folder, `.s.PGSQL.${port}`);
}

/** Finds the port of the server that runs on a cluster; waits while the server starts up or shuts down. */
export async function findServer(cluster: Cluster): Promise<number | undefined> {
  const deadline = performance.now() + STARTING;
  for (;;) {
    const server = readPostmaster(cluster.folder);
    if (!server) return undefined;
    if (server.ready && (await answers(databaseUrl(cluster, server.port, 'postgres')))) return server.port;
    if (performance.now() > deadline) throw notStarted(`Process ${server.pid} does not answer.`);
    await setTimeout(20);
  }
}

/** Starts a server on a free port of loopback and waits until it answers. Throws `unavailable`. */
export async function startServer(cluster: Cluster): Promise<number> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const { folder } = cluster;
    if (isForeign(folder)) await rm(join(folder, 'postmaster.pid'), { force: true });
    const result = await launch(cluster);
    if ('port' in result) return result.port;
    if (!PASSING.test(result.log) || performance.now() > deadline) throw notStarted(result.log);
    for (const pid of survivors(folder)) signal(pid, 'SIGTERM');
    await setTimeout(100);
  }
}

/** The server has its own session, so that Ctrl-C does not reach it, and none of this process's pipes. */
async function launch(cluster: Cluster): Promise<{ port: number } | { log: string }> {
  const log = await openLog(cluster.folder);
  const args = ['-D', cluster.folder, ...settings(cluster, await freePort())];
  const server = spawn(join(cluster.bin, 'postgres'), args, {
    cwd: '/',
    env: ENVIRONMENT,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    ...cluster.owner,
  });
  try {
    await once(server, 'spawn');
    server.unref();
    const port = await firstAnswer(cluster, server);
    return port === undefined ? { log: await firstPage(log) } : { port };
  } finally {
    await log.close();
  }
}

/** The log of the last start. Root opens it in another user's folder, so it must be a new file and no link. */
async function openLog(folder: string): Promise<FileHandle> {
  const path = join(folder, 'server.log');
  await rm(path, { force: true });
  return open(path, 'wx+', 0o600);
}

async function firstPage(log: FileHandle): Promise<string> {
  const { buffer, bytesRead } = await log.read({ buffer: Buffer.alloc(4096), position: 0 });
  return buffer.toString('utf8', 0, bytesRead);
}

function settings(cluster: Cluster, port: number): string[] {
  const hasSocket = platform() !== 'win32' && Buffer.byteLength(socketOf(cluster, port)) <= LONGEST_SOCKET;
  const values = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${hasSocket ? quoted(cluster.folder) : ''}`,
    'unix_socket_permissions=0700',
    'shared_buffers=32MB',
    'max_connections=200',
    // Terse lines have no details, which would contain emails of users.
    'log_error_verbosity=terse',
  ];
  return values.flatMap((value) => ['-c', value]);
}

/** A path in a list of folders, in which a comma separates. */
function quoted(path: string): string {
  return `"${path.replaceAll('"', '""')}"`;
}

async function firstAnswer(cluster: Cluster, server: ChildProcess): Promise<number | undefined> {
  while (server.exitCode === null && server.signalCode === null) {
    const port = await findServer(cluster);
    if (port !== undefined) return port;
    await setTimeout(10);
  }
  return undefined;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  // The connection was lost between two queries; the next query reports it as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    // Class 57: starting up or shutting down. 53300: alive, and busy. Others, such as a wrong password, are permanent.
    if (error instanceof pg.DatabaseError && !/^(57|53300)/.test(error.code ?? '')) throw error;
    return false;
  } finally {
    await client.end();
  }
}

/** Sends a signal to a process that may have ended already. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!isErrno(error, 'ESRCH')) throw error;
  }
}

function notStarted(cause: string): AppError {
  const sentence = 'The embedded PostgreSQL did not start.';
  return new AppError('unavailable', sentence, { cause: new Error(cause.trim()) });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(probe)));
    });
  });
}
