import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chown, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { AppError, isErrno } from '../errors.ts';
import { type Owner, postgresBinaries, SHARED_ROOT, serverOwner } from './postgres-binaries.ts';

const run = promisify(execFile);

export interface EmbeddedServer {
  /** postgres:// URL of the database `tonemill`. */
  url: string;
  /** Whether the server ran already, left by a process that was killed. */
  adopted: boolean;
  /** Stops the server; connections that are open are cut. */
  stop(): Promise<void>;
}

interface Cluster {
  bin: string;
  /** PGDATA. */
  folder: string;
  password: string;
  owner: Owner | undefined;
}

/**
 * Starts the PostgreSQL of a data folder, or adopts the one that already runs on it.
 * It listens on a free port of loopback, in a session of its own, so that Ctrl-C does not reach it.
 * @param data folder for it alone; made where it is missing
 * Throws `misconfigured` where the folder can't be used.
 */
export async function startEmbedded(data: string): Promise<EmbeddedServer> {
  const cluster = await prepare(data);
  const running = await runningPort(cluster);
  const port = running ?? (await start(cluster));
  const url = (database: string) =>
    `postgres://tonemill:${cluster.password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  await createDatabase(url('postgres'));
  return { url: url('tonemill'), adopted: running !== undefined, stop: () => stop(cluster) };
}

async function prepare(data: string): Promise<Cluster> {
  try {
    const owner = await serverOwner();
    const bin = await postgresBinaries(owner);
    await mkdir(data, { recursive: true, mode: 0o700 });
    const password = await once(join(data, 'password'), () => randomBytes(24).toString('hex'));
    const folder = owner
      ? join(SHARED_ROOT, await once(join(data, 'cluster'), randomUUID))
      : join(data, 'cluster');
    const cluster = { bin, folder, password, owner };
    if (!(await exists(join(folder, 'PG_VERSION')))) await initialise(cluster);
    return cluster;
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const sentence = `The database can't be kept in ${data}. TONEMILL_DATA must name a folder that can be written to.`;
    throw new AppError('misconfigured', sentence, { cause });
  }
}

/** What stands in a small secret file, made on first use; two processes at once agree on one value. */
async function once(path: string, make: () => string): Promise<string> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(make());
    await file.sync();
    await file.close();
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  }
  return readFile(path, 'utf8');
}

/** initdb beside the final place, then a rename, so that a kill in the middle leaves nothing half-made. */
async function initialise(cluster: Cluster): Promise<void> {
  const partial = `${cluster.folder}.${randomUUID()}`;
  const secret = `${partial}.password`;
  try {
    await mkdir(partial, { mode: 0o700 });
    await writeFile(secret, cluster.password, { mode: 0o600 });
    if (cluster.owner)
      for (const path of [partial, secret]) await chown(path, cluster.owner.uid, cluster.owner.gid);
    const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--locale=C', '--builtin-locale=C.UTF-8'];
    const access = ['--auth=scram-sha-256', '--username=tonemill', `--pwfile=${secret}`];
    await runAs(cluster, 'initdb', [`--pgdata=${partial}`, ...locale, ...access]);
    await rename(partial, cluster.folder);
  } catch (error) {
    // Another process was faster; its cluster has the same password.
    if (!isErrno(error, 'ENOTEMPTY') && !isErrno(error, 'EEXIST')) throw error;
  } finally {
    await rm(secret, { force: true });
    await rm(partial, { recursive: true, force: true });
  }
}

async function start(cluster: Cluster, tries = 3): Promise<number> {
  const port = await freePort();
  const options = [
    `-p ${port}`,
    '-c listen_addresses=127.0.0.1',
    "-c unix_socket_directories=''",
    '-c shared_buffers=32MB',
    '-c max_connections=200',
  ].join(' ');
  const log = join(cluster.folder, 'server.log');
  try {
    await runAs(cluster, 'pg_ctl', [
      'start',
      '-w',
      '-t',
      '60',
      '-D',
      cluster.folder,
      '-l',
      log,
      '-o',
      options,
    ]);
    return port;
  } catch (cause) {
    const running = await runningPort(cluster);
    if (running !== undefined) return running;
    if (tries > 1) return start(cluster, tries - 1);
    throw new AppError('unavailable', `The embedded PostgreSQL did not start; ${log} says why.`, { cause });
  }
}

async function stop(cluster: Cluster): Promise<void> {
  try {
    await runAs(cluster, 'pg_ctl', ['stop', '-w', '-t', '5', '-m', 'fast', '-D', cluster.folder]);
  } catch (error) {
    if ((await runningPort(cluster)) === undefined) return;
    await runAs(cluster, 'pg_ctl', ['stop', '-w', '-m', 'immediate', '-D', cluster.folder]).catch(() => {
      throw error;
    });
  }
}

/** The port of a live server on this cluster: line 4 of postmaster.pid (PostgreSQL manual, "Database File Layout"). */
async function runningPort(cluster: Cluster): Promise<number | undefined> {
  try {
    await runAs(cluster, 'pg_ctl', ['status', '-D', cluster.folder]);
    const lines = (await readFile(join(cluster.folder, 'postmaster.pid'), 'utf8')).split('\n');
    return Number(lines[3]);
  } catch {
    return undefined;
  }
}

/** Runs one of the programs as the cluster's owner, with nothing of this process's environment but what it needs. */
async function runAs({ bin, owner }: Cluster, program: string, args: string[]): Promise<void> {
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  await run(join(bin, program), args, { cwd: '/', env, timeout: 120_000, ...owner });
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('create database tonemill');
  } catch (error) {
    // 42P04 duplicate_database, 23505 when two create it at the same moment.
    if (!(error instanceof pg.DatabaseError) || !['42P04', '23505'].includes(error.code ?? '')) throw error;
  } finally {
    await client.end();
  }
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

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}
