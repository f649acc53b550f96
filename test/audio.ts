import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Binaries, findBinaries } from '../lib/binaries.ts';

const run = promisify(execFile);

/** What the product itself would use here. */
export function binaries(): Promise<Binaries> {
  const found = { ffmpegPath: undefined, ffprobePath: undefined, path: process.env.PATH ?? '' };
  return findBinaries({ ...found, fallback: true });
}

/** Writes a sine tone; the file's extension says as what. */
export async function makeTone(path: string, seconds: number, ...settings: string[]): Promise<void> {
  const { ffmpeg } = await binaries();
  const source = ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=48000:duration=${seconds}`];
  await run(ffmpeg.path, ['-v', 'error', '-y', ...source, ...settings, path]);
}
