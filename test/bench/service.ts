import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeCluster } from '../database.ts';

/** Local mode as its own process, as `npm start` runs it, on a data folder of its own. */
export interface RunningService {
  url: string;
  pid: number;
  /** Folder of its data. */
  data: string;
  /** Stops it and removes the folder. */
  stop(): Promise<void>;
}

export async function startService(environment: NodeJS.ProcessEnv = {}): Promise<RunningService> {
  const data = await mkdtemp(join(tmpdir(), 'tonemill-bench-'));
  const env = { PATH: process.env.PATH, PORT: '0', TONEMILL_DATA: data, ...environment };
  const child = spawn(process.execPath, ['lib/cli.ts', 'start'], {
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
