import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Binaries, findBinaries } from '../lib/binaries.ts';

const run = promisify(execFile);

let found: Promise<Binaries> | undefined;

/** What the product itself would use here, or what FFMPEG_PATH names. */
export function binaries(): Promise<Binaries> {
  const { FFMPEG_PATH: ffmpegPath, PATH: path = '' } = process.env;
  found ??= findBinaries({ ffmpegPath, ffprobePath: undefined, path, fallback: true });
  return found;
}

/** Writes a sine tone; the file's extension says as what. */
export async function makeTone(path: string, seconds: number, ...settings: string[]): Promise<void> {
  const { ffmpeg } = await binaries();
  const source = ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=48000:duration=${seconds}`];
  await run(ffmpeg.path, ['-v', 'error', '-y', ...source, ...settings, path]);
}
