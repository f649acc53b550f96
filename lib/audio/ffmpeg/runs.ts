import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Children, type Ending, eachLine, type PipeReader } from '../../process/limited-process.ts';
import type { Spawner } from '../../process/spawner.ts';
import type { Gate } from '../../runtime/semaphore.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import type { AudioLimits } from '../media/limits.ts';
import type { Binaries } from './binaries.ts';
import { tooLong } from './exit-errors.ts';
import type { Source } from './input.ts';
import type { Output, Sink } from './output.ts';
import { conversionLimits } from './resource-limits.ts';
import { createTimeouts } from './timeouts.ts';

export interface EngineOptions {
  binaries: Binaries;
  limits: AudioLimits;
  /** PATH of the programs. */
  path: string;
  /** How many runs of ffmpeg there may be at once. */
  gate: Gate;
  spawner: Spawner;
}

/** What every run of a program needs. */
export interface Tools extends EngineOptions {
  children: Children;
}

/** Something to decode, by one pass or several. */
export interface Material {
  input: Source;
  /** Null before anything is known of it. */
  probed: Probed | null;
  /** Seconds at its beginning that are decoded before anything comes out. */
  skipped?: number;
  signal: AbortSignal;
}

/** Who takes what ffmpeg gives out, in the order in which its arguments give out pipes; progress has the last one. */
export interface Listeners {
  /** Where its standard output goes to a storage. */
  sink?: Sink | undefined;
  output?: PipeReader | undefined;
  sound?: PipeReader | undefined;
  onSeconds?: (seconds: number) => void;
  /** Characters of stderr that are kept, the last ones; undefined: as many as errors take. */
  stderrCharacters?: number;
}

/** Runs ffmpeg over a whole source when the semaphore admits it. */
export function decode(
  tools: Tools,
  material: Material,
  args: string[],
  listeners: Listeners,
): Promise<{ seconds: number; ending: Ending }> {
  return tools.gate(() => runFfmpeg(tools, material, args, listeners));
}

/** Runs ffmpeg under all limits, without the semaphore. */
export async function runFfmpeg(
  { binaries, children, limits, path }: Tools,
  { input, probed, skipped = 0, signal }: Material,
  args: string[],
  { sink, output, sound, onSeconds, stderrCharacters }: Listeners,
): Promise<{ seconds: number; ending: Ending }> {
  const stdin = typeof input === 'string' ? undefined : await input.open();
  const isStorageSlow = () =>
    sink?.isFull() === true || (stdin?.readableLength === 0 && !stdin.readableEnded);
  const watch = createTimeouts(
    signal,
    { wall: limits.conversionSeconds, stall: limits.stallSeconds + skipped * SLOWEST },
    isStorageSlow,
  );
  let seconds = 0;
  const onLine = eachLine((line) => {
    const microseconds = /^out_time_us=(\d+)/.exec(line)?.[1];
    if (microseconds === undefined || Number(microseconds) / 1e6 <= seconds) return;
    seconds = Number(microseconds) / 1e6;
    watch.progress();
    if (seconds > limits.durationSeconds + PADDING) watch.abort(tooLong(limits));
    onSeconds?.(seconds);
  });
  try {
    const ending = await children.run({
      program: binaries.ffmpeg.path,
      args,
      cwd: await emptyFolder(input),
      path,
      limits: conversionLimits(limits, probed && !probed.estimated ? probed.media.duration : null),
      signal: watch.signal,
      stdin,
      stderrCharacters,
      readers: [output, sound, onLine].filter((reader) => reader !== undefined),
    });
    return { seconds, ending };
  } finally {
    watch.stop();
  }
}

/** Seconds of computing for a second of sound, by the slowest codec tried. */
const SLOWEST = 0.05;

/** Seconds that codecs add at the end. */
const PADDING = 1;

/** The private folder that it belongs to. */
export function folderOf(place: Source | Output): string {
  return typeof place === 'string' ? dirname(place) : place.folder;
}

/** Whatever a file names relatively, there is nothing next to it. */
export async function emptyFolder(place: Source | Output): Promise<string> {
  const folder = join(folderOf(place), 'empty');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}
