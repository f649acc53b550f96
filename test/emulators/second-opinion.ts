import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, startAlone } from '../../lib/emulate/emulator-processes.ts';
import { FOLDER, read } from '../../lib/emulate/emulator-programs.ts';
import { isErrno } from '../../lib/runtime/errors.ts';

const run = promisify(execFile);

const VENV = join(FOLDER, 'python');

/** gcp-storage-emulator (PyPI): written by others than fake-gcs-server, and so wrong in other places. Tests alone use it. */
export interface SecondOpinion {
  /** URL. */
  storage: string;
  stop(): Promise<void>;
}

/**
 * Installs it from PyPI into a folder of its own, in the versions of requirements.txt, unless that was done before.
 * @returns the path of its program, or undefined where there is no python3, or one that can't, without a network or venv
 */
export async function installSecondOpinion(): Promise<string | undefined> {
  const program = join(VENV, 'bin', 'gcp-storage-emulator');
  const stamp = join(VENV, 'installed-from');
  const requirements = join(import.meta.dirname, 'requirements.txt');
  const wanted = await readFile(requirements, 'utf8');
  if ((await read(stamp)) === wanted) return program;
  try {
    await run('python3', ['-m', 'venv', '--clear', VENV]);
    await run(join(VENV, 'bin', 'pip'), ['install', '--quiet', '--requirement', requirements]);
  } catch (error) {
    if (!isErrno(error, 'ENOENT'))
      console.warn(`      gcp-storage-emulator could not be installed: ${error}`);
    return undefined;
  }
  await writeFile(stamp, wanted);
  return program;
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
