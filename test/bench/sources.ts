import { execFile } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Files that are made; the others are copies. */
const DISTINCT = 4;

/** Writes stereo files of pink noise, which costs an encoder what music does, and answers their paths. */
export async function makeSources(
  ffmpeg: string,
  folder: string,
  extension: string,
  count: number,
  seconds: number,
): Promise<string[]> {
  const paths = Array.from({ length: count }, (_, index) => join(folder, `${index}.${extension}`));
  const made = paths.slice(0, DISTINCT);
  await Promise.all(made.map((path, seed) => makeNoise(ffmpeg, path, seconds, seed)));
  await Promise.all(
    paths.slice(DISTINCT).map((path, index) => copyFile(made[index % made.length] ?? '', path)),
  );
  return paths;
}

async function makeNoise(ffmpeg: string, path: string, seconds: number, seed: number): Promise<void> {
  const side = (name: string, number: number) =>
    `anoisesrc=color=pink:amplitude=0.4:sample_rate=44100:duration=${seconds}:seed=${number}[${name}]`;
  const graph = `${side('l', seed)};${side('r', seed + 1000)};[l][r]join=inputs=2:channel_layout=stereo`;
  await run(ffmpeg, ['-v', 'error', '-y', '-filter_complex', graph, path]);
}
