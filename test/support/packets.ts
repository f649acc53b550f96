import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { binaries } from './audio.ts';

const run = promisify(execFile);

/** SHA-256 of the packets of a file's sound, without the headers that AAC has in some containers. */
export async function packetsHash(path: string, codec: string): Promise<string> {
  const { ffmpeg } = await binaries();
  const bare = codec === 'aac' ? ['-bsf:a', 'aac_adtstoasc'] : [];
  const args = ['-v', 'error', '-i', path, '-map', '0:a:0', '-c:a', 'copy', ...bare];
  const { stdout } = await run(ffmpeg.path, [...args, '-f', 'hash', '-hash', 'sha256', '-']);
  return stdout.trim();
}
