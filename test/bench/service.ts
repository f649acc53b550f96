import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { removeCluster } from '../../lib/adapters/embedded-postgres/remove.ts';
import { startEmbedded } from '../../lib/adapters/embedded-postgres/shared-server.ts';
import { serviceCredential, signingKeys } from '../../lib/app/secrets.ts';
import { progress } from './progress.ts';

/** Local mode as its own process, as `npm start` runs it, on a data folder of its own. */
export interface RunningService {
  url: string;
  pid: number;
  /** Folder of its data. */
  data: string;
  /** Stops it and removes the folder. */
  stop(): Promise<void>;
}

const PACKAGE = z.object({ scripts: z.object({ start: z.string() }) });

export async function startService(environment: NodeJS.ProcessEnv = {}): Promise<RunningService> {
  progress.step('starting the service');
  const data = await mkdtemp(join(tmpdir(), 'tonemill-bench-'));
  const env = { PATH: process.env.PATH, PORT: '0', TONEMILL_DATA: data, ...environment };
  const { scripts } = PACKAGE.parse(JSON.parse(await readFile('package.json', 'utf8')));
  const child = spawn('sh', ['-c', scripts.start], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const url = await readyAt(child);
  return {
    url,
    pid: child.pid ?? 0,
    data,
    async stop() {
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      await removeCluster(join(data, 'postgres'));
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function readyAt(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new TypeError('the service has no standard output');
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
  const url = /^Tonemill is ready on (\S+)/.exec(String(line))?.[1];
  if (url) return url;
  throw new Error(`the service did not start: ${line}`);
}

/** `npm run serve` on the database and the files of a local service, with a process for each core. */
export async function startApi({ data }: Pick<RunningService, 'data'>): Promise<RunningService> {
  progress.step('starting the processes of the API');
  const database = await startEmbedded(join(data, 'postgres'));
  const env = {
    PATH: process.env.PATH,
    PORT: '0',
    TONEMILL_DATA: '/dev/null',
    NFS_ORIGINALS: join(data, 'originals'),
    NFS_RESULTS: join(data, 'results'),
    DATABASE: 'url',
    DATABASE_URL: database.url,
    // As `npm start` has them: both count in the same rows.
    REQUESTS_PER_USER: '600000',
    REQUESTS_PER_ADDRESS: '1200000',
    JWT_PRIVATE_KEYS: await signingKeys(data),
    SERVICE_CREDENTIAL: await serviceCredential(data),
  };
  await once(spawn(process.execPath, [MAIN, 'init-share'], { env, stdio: 'ignore' }), 'exit');
  const child = spawn(process.execPath, [MAIN, 'serve'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const url = await readyAt(child);
  return {
    url,
    pid: child.pid ?? 0,
    data,
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
      await database.stop();
    },
  };
}

const MAIN = 'lib/cli/main.ts';
