import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LimitFunction } from 'p-limit';
import { type Children, type Ending, eachLine, type PipeReader } from '../../process/limited-process.ts';
import type { Spawner } from '../../process/spawner.ts';
import { mark } from '../../runtime/marks.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import type { AudioLimits } from '../media/limits.ts';
import type { Binaries } from './binaries.ts';
import { tooLong } from './exit-errors.ts';
import type { Source } from './input.ts';
import { namedFiles } from './named-files.ts';
import { observedRuns } from './observed-runs.ts';
import type { Output, Sink } from './output.ts';
import { judgeBrokenRead } from './readable-original.ts';
import { conversionLimits, longestSound } from './resource-limits.ts';
import { createReportReader, type RunReport, type SoundFormat } from './run-report.ts';
import { createTimeouts } from './timeouts.ts';

export interface EngineOptions {
  binaries: Binaries;
  limits: AudioLimits;
  /** PATH of the programs. */
  path: string;
  /** Semaphore that bounds the runs of ffmpeg of this process. */
  semaphore: LimitFunction;
  /** Seconds of sound above which free places of the semaphore encode one original together; absent: never. */
  splitSeconds?: number | undefined;
  spawner: Spawner;
}

/** Findings of passes over one original, by the arguments of the pass. */
export type Passes = Map<string, Promise<unknown>>;

/** Dependencies of every run of a program. */
export interface Tools extends EngineOptions {
  children: Children;
  /** Passes over one original that were made already, by their arguments; absent: none are kept. */
  passes?: Passes | undefined;
}

/** A source to decode, in one pass or several. */
export interface Material {
  input: Source;
  /** Null before the probe. */
  probed: Probed | null;
  /** Seconds at the beginning that ffmpeg decodes without output. */
  skipped?: number;
  /** Whether the run before broke off since ffmpeg could not read on. */
  reread?: boolean;
  signal: AbortSignal;
}

/** Readers of ffmpeg's output pipes, in the order of its arguments; progress is the last one. */
export interface Listeners {
  /** Present if standard output goes to a storage. */
  sink?: Sink | undefined;
  output?: PipeReader | undefined;
  sound?: PipeReader | undefined;
  onSeconds?: (seconds: number) => void;
  /** Whether a change of the decoded format ends the run with a `FormatChange`: filters would begin to count again. */
  steady?: boolean;
  /** Whether to read stderr as a report; the arguments then contain `REPORTING`. */
  reported?: boolean;
  /** Number of last characters of stderr to keep; undefined: enough for error messages. */
  stderrCharacters?: number;
}

/** Runs ffmpeg over a whole source when the semaphore admits it. */
export function decode(tools: Tools, material: Material, args: string[], listeners: Listeners): Promise<Run> {
  return tools.semaphore(() => runReported(tools, material, args, listeners));
}

/** As `decode`, for a caller that the semaphore has admitted. */
export function runReported(
  tools: Tools,
  material: Material,
  args: string[],
  listeners: Listeners,
): Promise<Run> {
  return runFfmpeg(tools, material, args, { ...listeners, reported: true });
}

/** Outcome of a run that ended by itself. */
export interface Run {
  /** Seconds of sound by ffmpeg's progress. */
  seconds: number;
  ending: Ending;
  report: RunReport;
}

/** Reason of a run that ended because the decoded sound changes its format in mid-stream. */
export class FormatChange extends Error {
  readonly from: SoundFormat;
  readonly to: SoundFormat;

  constructor(from: SoundFormat, to: SoundFormat) {
    super('the decoded format changes');
    this.from = from;
    this.to = to;
  }
}

/** Runs ffmpeg under all limits, without the semaphore. */
export async function runFfmpeg(
  { binaries, children, limits, path }: Tools,
  { input, probed, skipped = 0, reread = false, signal }: Material,
  args: string[],
  { sink, output, sound, onSeconds, steady, reported, stderrCharacters }: Listeners,
): Promise<Run> {
  const stdin = typeof input === 'string' ? undefined : await input.open();
  const isStorageSlow = () =>
    sink?.isFull() === true || (stdin?.readableLength === 0 && !stdin.readableEnded);
  const watch = createTimeouts(
    signal,
    { wall: limits.conversionSeconds, stall: limits.stallSeconds + skipped * SLOWEST },
    isStorageSlow,
  );
  const { read, report } = createReportReader((from, to) => {
    if (steady) watch.abort(new FormatChange(from, to));
  });
  let seconds = 0;
  const onLine = eachLine((line) => {
    const microseconds = /^out_time_us=(\d+)/.exec(line)?.[1];
    if (microseconds === undefined || Number(microseconds) / 1e6 <= seconds) return;
    if (seconds === 0) mark('progressed');
    seconds = Number(microseconds) / 1e6;
    watch.progress();
    if (seconds > limits.durationSeconds + PADDING) watch.abort(tooLong(limits));
    onSeconds?.(seconds);
  });
  try {
    const began = performance.now();
    const ending = await children.run({
      program: binaries.ffmpeg.path,
      args,
      ...namedFiles(args),
      cwd: await emptyFolder(input),
      path,
      limits: conversionLimits(limits, longestSound(probed, await sizeOf(input))),
      signal: watch.signal,
      stdin,
      stderrCharacters,
      onErrorLine: reported ? read : undefined,
      readers: [output, sound, onLine].filter((reader) => reader !== undefined),
    });
    if (report().failedEnd && ending.code === 0) ending.code = FAILED;
    const elapsed = (performance.now() - began) / 1000;
    observedRuns.publish({ sound: seconds, seconds: elapsed, isSuccess: ending.code === 0 });
    if (ending.code === 0 && report().failedRead) await judgeBrokenRead(input, reread);
    return { seconds, ending, report: report() };
  } finally {
    watch.stop();
  }
}

/** Bytes of a file; null for a stream, and for a file that is away. */
async function sizeOf(input: Source): Promise<number | null> {
  if (typeof input !== 'string') return null;
  return (await stat(input).catch(() => null))?.size ?? null;
}

/** ffmpeg's exit code for all errors. */
const FAILED = 1;

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
