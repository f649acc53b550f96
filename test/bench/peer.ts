import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { progress } from './progress.ts';

const run = promisify(execFile);

/** The first generation, in the folder that PEER names; it always listens there. */
const URL = 'http://127.0.0.1:5000';

/** Files with the process ids of its parts; the last one is that of Debian's PostgreSQL. */
const PIDS = ['api.pid', 'worker.pid', 'redis.pid'];
const POSTGRES = '/var/run/postgresql/15-main.pid';

export interface Peer {
  url: string;
  /** First process of each of its parts. */
  roots: readonly number[];
  stop(): Promise<void>;
}

/** Starts it where PEER is set; its scripts say what they need. */
export async function startPeer(folder = process.env.PEER): Promise<Peer | undefined> {
  if (!folder) return undefined;
  progress.step('starting the first generation');
  await run(join(folder, 'start.sh'), ['gunicorn']);
  const home = process.env.PEER_HOME ?? join(tmpdir(), 'tonemill-peer');
  const roots = await Promise.all([...PIDS.map((name) => join(home, 'run', name)), POSTGRES].map(pidIn));
  return {
    url: URL,
    roots: roots.filter((pid) => pid > 0),
    stop: async () => void (await run(join(folder, 'stop.sh'), ['all'])),
  };
}

/** 0 if the part was there before and wrote no such file. */
async function pidIn(path: string): Promise<number> {
  return Number.parseInt(await readFile(path, 'utf8').catch(() => '0'), 10);
}
