import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { progress } from './progress.ts';

const run = promisify(execFile);

/** The first generation, in the folder that PEER names; it always listens there. */
const URL = 'http://127.0.0.1:5000';

export interface Peer {
  url: string;
  stop(): Promise<void>;
}

/** Starts it where PEER is set; its scripts say what they need. */
export async function startPeer(folder = process.env.PEER): Promise<Peer | undefined> {
  if (!folder) return undefined;
  progress.step('starting the first generation');
  await run(join(folder, 'start.sh'), ['gunicorn']);
  return { url: URL, stop: async () => void (await run(join(folder, 'stop.sh'), ['all'])) };
}
