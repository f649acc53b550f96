import { existsSync } from 'node:fs';
import { access, constants, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { AppError } from '../../runtime/errors.ts';
import { type FileLock, lock, tryLock } from '../../runtime/file-lock.ts';
import { makeFolder } from '../../runtime/private-folder.ts';
import { SHARED_ROOT } from './binaries.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { removeClustersOfRemovedData } from './removed-clusters.ts';
import { databaseUrl, findServer, startServer } from './start.ts';
import { stopServer, stopServerSync } from './stop.ts';

export interface EmbeddedServer {
  /** postgres:// URL of the database `tonemill`. */
  url: string;
  /** Whether the server ran already: for another process, or after one that was killed. */
  adopted: boolean;
  /** Leaves the server; the last process to leave stops it, and open connections are closed. */
  stop(): Promise<void>;
  /** The same for a process's exit handler; takes 4 s at most. */
  stopSync(): void;
}

/**
 * Starts the PostgreSQL of a data folder, or adopts the one that already runs on it; any number of processes share it.
 * @param data folder for it alone; made if it is missing
 * Throws `misconfigured` if the folder can't be used, `unavailable` if the server does not start.
 */
export async function startEmbedded(data: string): Promise<EmbeddedServer> {
  const locks = locksOf(await usable(data, () => realFolder(data)));
  const turn = await usable(data, () => lock(locks.turn, 120_000));
  if (!turn) throw busy();
  try {
    const cluster = await usable(data, () => openCluster(locks.folder));
    const server = await enter(cluster, locks);
    if (cluster.owner) await cleanUp();
    return server;
  } finally {
    turn.release();
  }
}

/** Folders that can't be read or removed now are left for the next start. */
async function cleanUp(): Promise<void> {
  try {
    await removeClustersOfRemovedData(SHARED_ROOT);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
  }
}

interface Locks {
  folder: string;
  /** The process that starts or stops the server holds this lock alone. */
  turn: string;
  /** Every process that uses the server shares this lock. */
  users: string;
}

function locksOf(folder: string): Locks {
  return { folder, turn: join(folder, 'turn.lock'), users: join(folder, 'users.lock') };
}

/** Converts every error of the file system to one `misconfigured` error. */
async function usable<T>(data: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const sentence = `The database can't be kept in ${data}. Set TONEMILL_DATA to a folder that this user may write to.`;
    throw new AppError('misconfigured', sentence, { cause });
  }
}

/** The folder's real path, which identifies the server. */
async function realFolder(data: string): Promise<string> {
  await makeFolder(data);
  await access(data, constants.R_OK | constants.W_OK | constants.X_OK);
  return realpath(data);
}

async function enter(cluster: Cluster, locks: Locks): Promise<EmbeddedServer> {
  const user = tryLock(locks.users, 'shared', 1000);
  if (!user) throw busy();
  try {
    return await serve(cluster, locks, user);
  } catch (error) {
    if (isLast(locks.users, user)) await stopServer(cluster);
    throw error;
  }
}

function busy(): AppError {
  return new AppError('unavailable', 'Another process is starting or stopping the database. Try again.');
}

async function serve(cluster: Cluster, locks: Locks, user: FileLock): Promise<EmbeddedServer> {
  const running = await findServer(cluster);
  const port = running ?? (await startServer(cluster));
  await createDatabase(databaseUrl(cluster, port, 'postgres'));
  return {
    url: databaseUrl(cluster, port, 'tonemill'),
    adopted: running !== undefined,
    ...leaving(cluster, locks, user),
  };
}

/**
 * A process leaves only while it holds the turn, so that no other process starts to use a server that is about to stop. A
 * process that holds the turn for long is starting the server for itself, and stops it later.
 */
function leaving(cluster: Cluster, locks: Locks, user: FileLock): Pick<EmbeddedServer, 'stop' | 'stopSync'> {
  let left = false;
  let stopping: Promise<void> | undefined;
  const leave = (): boolean => {
    if (left) return false;
    left = true;
    return isLast(locks.users, user);
  };
  const stop = async () => {
    if (isRemoved(locks)) return stopServer(cluster);
    const turn = await lock(locks.turn, 5000);
    try {
      if (leave() && turn) await stopServer(cluster);
    } finally {
      turn?.release();
    }
  };
  const stopSync = () => {
    if (left) return;
    if (isRemoved(locks)) return stopServerSync(cluster);
    const turn = tryLock(locks.turn, 'exclusive', 2000);
    if (leave() && turn) stopServerSync(cluster);
    turn?.release();
  };
  return {
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
    stopSync,
  };
}

/** No other process can find the server of a folder that was removed while it ran. */
function isRemoved({ folder }: Locks): boolean {
  return !existsSync(folder);
}

/** Whether no other process uses the server after `user` is released. */
function isLast(users: string, user: FileLock): boolean {
  user.release();
  const all = tryLock(users, 'exclusive');
  all?.release();
  return all !== undefined;
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query("select from pg_database where datname = 'tonemill'");
    if (found.rowCount === 0) await client.query('create database tonemill');
  } finally {
    await client.end();
  }
}
