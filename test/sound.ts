import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { binaries } from './audio.ts';

const run = promisify(execFile);

/** MD5 of what a file decodes to. */
export async function decodedMd5(path: string): Promise<string> {
  const { ffmpeg } = await binaries();
  const { stdout } = await run(ffmpeg.path, ['-v', 'error', '-i', path, '-map', '0:a:0', '-f', 'md5', '-']);
  return stdout.trim();
}
