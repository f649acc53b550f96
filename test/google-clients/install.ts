import { execFile, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { z } from 'zod';
import { read } from '../../lib/emulate/emulator-programs.ts';
import { isErrno } from '../../lib/runtime/errors.ts';

const run = promisify(execFile);

const VENV = join(import.meta.dirname, '..', '..', '.build', 'google-clients');

/** A file that one of Google's clients for Python sends. */
export interface ClientUpload {
  client: 'google-resumable-media' | 'google-cloud-storage' | 'BlobWriter';
  url: string;
  path: string;
  /** Bytes of one piece. */
  chunk: number;
  /** Whether the client knows the size from the beginning. */
  sized: boolean;
  checksum: 'crc32c' | 'md5' | null;
  /** Which of its requests break, counted from 1, after how many bytes. */
  breaks: readonly (readonly [number, number])[];
  /** Whether a break ends in `recover()`, or in the client's own retry. */
  recover: boolean;
}

/**
 * Installs the clients from PyPI into a folder of their own, in the versions of requirements.txt, unless that was done
 * before. @returns the path of its python, or undefined where there is no python3, or one that can't
 */
export async function installGoogleClients(): Promise<string | undefined> {
  const python = join(VENV, 'bin', 'python');
  const stamp = join(VENV, 'installed-from');
  const requirements = join(import.meta.dirname, 'requirements.txt');
  const wanted = await readFile(requirements, 'utf8');
  if ((await read(stamp)) === wanted) return python;
  try {
    await run('python3', ['-m', 'venv', '--clear', VENV]);
    await run(join(VENV, 'bin', 'pip'), ['install', '--quiet', '--requirement', requirements]);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) console.warn(`      Google's clients could not be installed: ${error}`);
    return undefined;
  }
  await writeFile(stamp, wanted);
  return python;
}

/** @returns `finished` for each, or its error */
export async function sendByClients(python: string, uploads: readonly ClientUpload[]): Promise<string[]> {
  const script = join(import.meta.dirname, 'upload.py');
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(uploads));
  return z.array(z.string()).parse(JSON.parse(await text(child.stdout)));
}
