import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { installPython } from '../support/python.ts';

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

/** Installs the clients from PyPI. @returns the path of its python, or undefined where they cannot be had */
export async function installGoogleClients(): Promise<string | undefined> {
  const programs = await installPython(VENV, import.meta.dirname);
  return programs && join(programs, 'python');
}

/** @returns `finished` for each, or its error */
export async function sendByClients(python: string, uploads: readonly ClientUpload[]): Promise<string[]> {
  const script = join(import.meta.dirname, 'upload.py');
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(uploads));
  return z.array(z.string()).parse(JSON.parse(await text(child.stdout)));
}
