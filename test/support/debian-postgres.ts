import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { serverOwner } from '../../lib/adapters/embedded-postgres/binaries.ts';

const run = promisify(execFile);

/** A server that the operating system's package brings. */
export interface DebianPostgres {
  /** postgres:// URL of its superuser. */
  url: string;
  /** Such as `15`. */
  version: string;
  /** Ends it as a crash does, without a checkpoint, and starts it again on the same files. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

const ROOT = '/usr/lib/postgresql';

/** Starts the newest PostgreSQL that Debian has installed here, on a new cluster; undefined where there is none. */
export async function startDebianPostgres(): Promise<DebianPostgres | undefined> {
  const versions = await readdir(ROOT).catch(() => []);
  const version = versions.sort((a, b) => Number(b) - Number(a))[0];
  if (version === undefined) return undefined;
  const bin = join(ROOT, version, 'bin');
  const owner = await serverOwner();
  const folder = await mkdtemp('/tmp/tonemill-test-');
  if (owner) await chown(folder, owner.uid, owner.gid);
  const cluster = join(folder, 'cluster');
  const access = ['--auth=trust', '--username=tonemill', '--encoding=UTF8', '--locale=C.UTF-8'];
  await run(join(bin, 'initdb'), [`--pgdata=${cluster}`, ...access], { cwd: '/', ...owner });
  const port = await freePort();
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories='];
  const args = ['-D', cluster, ...settings.flatMap((value) => ['-c', value])];
  const start = () => spawn(join(bin, 'postgres'), args, { cwd: '/', stdio: 'ignore', ...owner });
  let server = start();
  const url = `postgres://tonemill:unused@127.0.0.1:${port}/postgres`;
  const ready = async () => {
    while (server.exitCode === null && !(await answers(url))) await setTimeout(50);
  };
  await ready();
  return {
    url,
    version,
    async crash() {
      server.kill('SIGQUIT');
      await once(server, 'exit');
      server = start();
      await ready();
    },
    async stop() {
      server.kill('SIGINT');
      if (server.exitCode === null) await once(server, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || !address) throw new TypeError('a listening server has an address');
  return address.port;
}
