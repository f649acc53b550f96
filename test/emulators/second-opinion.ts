import { join } from 'node:path';
import { freePort, startAlone } from '../../lib/emulate/emulator-processes.ts';
import { FOLDER } from '../../lib/emulate/emulator-programs.ts';
import { installPython } from '../support/python.ts';

const VENV = join(FOLDER, 'python');

/** gcp-storage-emulator (PyPI): written by others than fake-gcs-server, and so wrong in other places. Tests alone use it. */
export interface SecondOpinion {
  /** URL. */
  storage: string;
  stop(): Promise<void>;
}

/** Installs it from PyPI. @returns the path of its program, or undefined where it cannot be had */
export async function installSecondOpinion(): Promise<string | undefined> {
  const programs = await installPython(VENV, import.meta.dirname);
  return programs && join(programs, 'gcp-storage-emulator');
}

// CI installs it before the tests, which need no network then.
if (import.meta.main) await installSecondOpinion();

/** Starts it on loopback; it keeps everything in memory. */
export async function startSecondOpinion(program: string): Promise<SecondOpinion> {
  const port = await freePort();
  const args = ['start', '--host', '127.0.0.1', '--port', String(port), '--in-memory'];
  const stop = await startAlone(program, args, /All services started/);
  return { storage: `http://127.0.0.1:${port}`, stop };
}
