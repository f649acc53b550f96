import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LimitFunction } from 'p-limit';
import { type Children, type Ending, eachLine, type PipeReader } from '../../process/limited-process.ts';
import type { Spawner } from '../../process/spawner.ts';
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
  /** Semaphore that bounds the runs of ffmpeg of this process. */
  semaphore: LimitFunction;
  spawner: Spawner;
}

/** Dependencies of every run of a program. */
export interface Tools extends EngineOptions {
  children: Children;
}

/** A source to decode, in one pass or several. */
export interface Material {
  input: Source;
  /** Null before the probe. */
  probed: Probed | null;
  /** Seconds at the beginning that ffmpeg decodes without output. */
  skipped?: number;
  signal: AbortSignal;
}

/** Readers of ffmpeg's output pipes, in the order of its arguments; progress is the last one. */
export interface Listeners {
  /** Present if standard output goes to a storage. */
  sink?: Sink | undefined;
  output?: PipeReader | undefined;
  sound?: PipeReader | undefined;
  onSeconds?: (seconds: number) => void;
  /** Number of last characters of stderr to keep; undefined: enough for error messages. */
  stderrCharacters?: number;
}

/** Runs ffmpeg over a whole source when the semaphore admits it. */
export function decode(
  tools: Tools,
  material: Material,
  args: string[],
  listeners: Listeners,
): Promise<{ seconds: number; ending: Ending }> {
  return tools.semaphore(() => runFfmpeg(tools, material, args, listeners));
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

/** CPU seconds for a second of sound with the slowest codec tried. */
const SLOWEST = 0.05;

/** Seconds that codecs add at the end. */
const PADDING = 1;

/** The private folder of a source or an output. */
export function folderOf(place: Source | Output): string {
  return typeof place === 'string' ? dirname(place) : place.folder;
}

/** Makes an empty working folder for programs: a relative name inside a hostile file finds nothing. */
export async function emptyFolder(place: Source | Output): Promise<string> {
  const folder = join(folderOf(place), 'empty');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}
