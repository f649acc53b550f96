import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { newServiceCredential, newSigningKeys } from '../../lib/app/secrets.ts';
import { createDatabase } from './database.ts';
import { newFolder } from './folders.ts';

const run = promisify(execFile);

/** As Cloud SQL names service accounts. */
export const LOGINS = { api: 'tonemill-api@project.iam', worker: 'tonemill-worker@project.iam' };

/** A process of vm mode as systemd starts it. */
export interface VmProcess {
  child: ChildProcess;
  /** The URL that it says it is ready on; empty for a worker. */
  url: string;
  /** Its log, so far. */
  log(): string;
  /** Ends it with a signal, and waits until it is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** One share, one database, and what the processes of both kinds are told about them. */
export interface VmDeployment {
  /** Where all that is not shared is kept. */
  folder: string;
  originals: string;
  results: string;
  environment(role?: 'api' | 'worker'): NodeJS.ProcessEnv;
  /** Runs a command of package.json to its end and answers what it printed. */
  command(name: string, environment?: NodeJS.ProcessEnv, args?: readonly string[]): Promise<string>;
  start(name: 'serve' | 'worker', environment?: NodeJS.ProcessEnv): Promise<VmProcess>;
  /** Kills what still runs, and removes the share. */
  remove(): Promise<void>;
}

/**
 * @param url of the owner of a database that nothing was done to
 * @param logins of each kind of process; the owner's where there are none
 * @param share an empty folder; a temporary one where there is none
 * @param seenByWorkers where workers have the share, mounted a second time
 */
export async function vmDeployment(
  url: string,
  logins: Record<string, string> = {},
  share?: string,
  seenByWorkers = share,
): Promise<VmDeployment> {
  const folder = await newFolder();
  const [originals, results] = [join(share ?? folder, 'files'), join(share ?? folder, 'converted')];
  const secrets = {
    JWT_PRIVATE_KEYS: await newSigningKeys(),
    SERVICE_CREDENTIAL: newServiceCredential(),
  };
  const running = new Set<VmProcess>();
  const environment = (role?: 'api' | 'worker'): NodeJS.ProcessEnv => ({
    PATH: process.env.PATH,
    TMPDIR: folder,
    PORT: '0',
    TONEMILL_DATA: '/dev/null',
    NFS_ORIGINALS: role === 'worker' && seenByWorkers ? join(seenByWorkers, 'files') : originals,
    NFS_RESULTS: role === 'worker' && seenByWorkers ? join(seenByWorkers, 'converted') : results,
    DATABASE: 'url',
    DATABASE_URL: role && logins[role] ? loginTo(url, logins[role]) : url,
    CONVERSIONS: '1',
    ...(role !== 'worker' && secrets),
  });
  return {
    ...{ folder, originals, results, environment },
    async command(name, env = environment(), args = []) {
      const { stdout } = await run(process.execPath, ['lib/cli/main.ts', name, ...args], { env });
      return stdout;
    },
    async start(name, env = environment(name === 'serve' ? 'api' : 'worker')) {
      const started = await startProcess(name, env);
      running.add(started);
      started.child.once('exit', () => running.delete(started));
      return started;
    },
    async remove() {
      await Promise.all([...running].map((one) => one.end('SIGKILL')));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startProcess(name: string, env: NodeJS.ProcessEnv): Promise<VmProcess> {
  const child = spawn(process.execPath, ['lib/cli/main.ts', name], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const gone = once(child, 'exit');
  const line = await Promise.race([
    once(child.stdout.setEncoding('utf8'), 'data').then(([text]) => String(text)),
    gone.then(() => ''),
  ]);
  assert.match(line, /^Tonemill /, log);
  return {
    child,
    url: /on (\S+)/.exec(line)?.[1] ?? '',
    log: () => log,
    async end(signal) {
      child.kill(signal);
      await gone;
    },
  };
}

function loginTo(url: string, login: string): string {
  const other = new URL(url);
  other.username = encodeURIComponent(login);
  return other.href;
}

/** Creates an empty database on the server of `url`, and logins with the owner's password that may do nothing yet. */
export async function newDatabase(url: string, logins: readonly string[] = []): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const password = client.escapeLiteral(decodeURIComponent(new URL(url).password));
    for (const login of logins) {
      const found = await client.query('select from pg_roles where rolname = $1', [login]);
      const verb = found.rowCount === 0 ? 'create' : 'alter';
      await client.query(`${verb} role ${client.escapeIdentifier(login)} login password ${password}`);
    }
  } finally {
    await client.end();
  }
  return createDatabase(url, `test-${randomUUID()}`);
}
