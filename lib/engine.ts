import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Binaries } from './binaries.ts';
import { type Children, createChildren, type Ending, type ResourceLimits } from './child.ts';
import type { Limits } from './config.ts';
import { AppError } from './errors.ts';
import { convertArguments, probeArguments } from './ffmpeg.ts';
import { FORMATS, type Format } from './formats.ts';
import type { MediaInfo } from './media.ts';
import type { TaskOptions } from './ports.ts';
import { type Probed, readProbe } from './probe.ts';
import { createStopwatch } from './stopwatch.ts';

/** Bytes of address space; ffmpeg takes a fifth of it for any audio tried. */
const MEMORY = 4 * 1024 ** 3;

/** Seconds that a probe may take. */
const PROBE_SECONDS = 30;

/** Seconds, and part of the duration, by which a result may differ from what was decoded. */
const TOLERANCE = { seconds: 0.5, part: 0.005 };

export interface Conversion {
  /** Local path of the original. */
  input: string;
  /** Local path of the result, in the private folder that the program runs in. */
  output: string;
  format: Format;
  /** The original, as `probe` saw it. */
  media: MediaInfo;
  options: TaskOptions;
  /** Gets 0 to 1, rising. */
  onProgress: (fraction: number) => void;
  signal: AbortSignal;
}

export interface AudioEngine {
  /** What can be made here. */
  readonly formats: readonly Format[];
  /** Throws `not_audio`, `no_audio`, `damaged`, `too_long`, `stalled`. */
  probe(path: string, signal: AbortSignal): Promise<MediaInfo>;
  /** Makes a result and checks it. Throws a failure's code, `unavailable`, or the signal's reason. */
  convert(conversion: Conversion): Promise<{ media: MediaInfo; warnings: string[] }>;
  /** Kills what runs, at once. */
  killAll(): void;
}

export interface EngineParts {
  binaries: Binaries;
  limits: Limits;
  /** PATH of the programs. */
  path: string;
}

export function createEngine({ binaries, limits, path }: EngineParts): AudioEngine {
  const children = createChildren(binaries.cage);
  /** Whether a duration was only reckoned is nothing that a task shows. */
  const estimated = new WeakSet<MediaInfo>();
  const look = (file: string, signal: AbortSignal) => probe(children, binaries, path, file, signal);

  return {
    formats: FORMATS.filter(({ encoder }) => binaries.encoders.has(encoder)),
    async probe(file, signal) {
      const probed = await look(file, signal);
      if ((probed.media.duration ?? 0) > limits.durationSeconds && !probed.estimated) throw tooLong(limits);
      if (probed.estimated) estimated.add(probed.media);
      return probed.media;
    },
    async convert(conversion) {
      const { media, format } = conversion;
      mustFit(media, format, limits);
      const run = await encode(children, binaries, limits, path, conversion);
      const made = await look(conversion.output, conversion.signal);
      await check(conversion, limits, made, run.seconds, estimated.has(media));
      return { media: made.media, warnings: run.warnings };
    },
    killAll: () => children.killAll(),
  };
}

async function probe(
  children: Children,
  { ffprobe }: Binaries,
  path: string,
  file: string,
  signal: AbortSignal,
): Promise<Probed> {
  const lines: string[] = [];
  const watch = createStopwatch(signal, { wall: PROBE_SECONDS, stall: PROBE_SECONDS });
  try {
    const ending = await children.run({
      program: ffprobe.path,
      args: probeArguments(file),
      cwd: dirname(file),
      path,
      limits: { memory: MEMORY, cpu: PROBE_SECONDS, file: 0 },
      signal: watch.signal,
      onLine: (line) => lines.push(line),
    });
    return readProbe(ending.code === 0, lines.join('\n'), ending.stderr);
  } finally {
    watch.stop();
  }
}

/** The limit on a result comes from the original's duration: ten hours of silence are a 14 MB Opus file and a 7 GB WAV. */
function mustFit(
  { duration, sampleRate, channels }: MediaInfo,
  format: Format,
  { resultBytes }: Limits,
): void {
  const bytes = ((duration ?? 0) * format.mostBitrate(sampleRate, channels)) / 8;
  if (bytes > resultBytes) throw resultTooLarge(format, resultBytes);
}

async function encode(
  children: Children,
  { ffmpeg }: Binaries,
  limits: Limits,
  path: string,
  { input, output, format, media, onProgress, signal }: Conversion,
): Promise<{ seconds: number; warnings: string[] }> {
  const watch = createStopwatch(signal, { wall: limits.conversionSeconds, stall: limits.stallSeconds });
  let seconds = 0;
  const onLine = (line: string) => {
    const microseconds = /^out_time_us=(\d+)/.exec(line)?.[1];
    if (microseconds === undefined || Number(microseconds) / 1e6 <= seconds) return;
    seconds = Number(microseconds) / 1e6;
    watch.progress();
    if (seconds > limits.durationSeconds) watch.abort(tooLong(limits));
    if (media.duration) onProgress(Math.min(1, seconds / media.duration));
  };
  try {
    const ending = await children.run({
      program: ffmpeg.path,
      args: convertArguments({ input, output, format, media, mostBytes: limits.resultBytes + 1 }),
      cwd: dirname(output),
      path,
      limits: resourceLimits(limits),
      signal: watch.signal,
      onLine,
    });
    if (ending.code !== 0) throw failure(ending, format, limits);
    const warnings = ending.stderr.trim() ? ['Parts of the original are damaged; they were left out.'] : [];
    return { seconds, warnings };
  } finally {
    watch.stop();
  }
}

function resourceLimits({ conversionSeconds, resultBytes }: Limits): ResourceLimits {
  return { memory: MEMORY, cpu: conversionSeconds * 2, file: resultBytes + 1024 ** 2 };
}

/** Why ffmpeg gave up by itself; its own words are for the operator only. */
function failure({ code, signal, stderr }: Ending, format: Format, limits: Limits): AppError {
  const cause = new Error(`ffmpeg ended with ${code ?? signal}: ${stderr.trim()}`);
  if (signal === 'SIGXFSZ' || /File too large/i.test(stderr))
    return resultTooLarge(format, limits.resultBytes);
  if (signal === 'SIGXCPU') return new AppError('timed_out', 'The conversion took too much time.', { cause });
  if (/Cannot allocate memory/i.test(stderr) || signal === 'SIGSEGV' || signal === 'SIGABRT') {
    return new AppError('resource_limit', 'The conversion needs more memory than it may take.', { cause });
  }
  if (signal !== null || /No space left|Input\/output error/i.test(stderr)) {
    return new AppError('unavailable', 'The conversion could not be finished here.', { cause });
  }
  if (/Decod\w+ .*not found|no decoder/i.test(stderr)) {
    return new AppError('unsupported_codec', 'The codec of the original is not known here.', { cause });
  }
  return new AppError('damaged', 'The original is damaged and could not be decoded.', { cause });
}

/** A result counts only when it is whole: right codec, right duration, within the limit. */
async function check(
  { output, format, media }: Conversion,
  { resultBytes }: Limits,
  made: Probed,
  decoded: number,
  reckoned: boolean,
): Promise<void> {
  const { size } = await stat(output);
  if (size > resultBytes) throw resultTooLarge(format, resultBytes);
  if (made.media.codec !== format.codec) throw new AppError('internal', `The result is ${made.media.codec}.`);
  if (!made.estimated && differs(made.media.duration ?? 0, decoded)) {
    throw new AppError('unavailable', 'The result is not as long as what was encoded.');
  }
  if (!reckoned && media.duration !== null && decoded < media.duration - tolerance(media.duration)) {
    const sentence = `The original says that it lasts ${media.duration.toFixed(1)} s, but only ${decoded.toFixed(1)} s could be decoded.`;
    throw new AppError('damaged', sentence);
  }
}

function differs(made: number, expected: number): boolean {
  return Math.abs(made - expected) > tolerance(expected);
}

function tolerance(duration: number): number {
  return TOLERANCE.seconds + TOLERANCE.part * duration;
}

function tooLong({ durationSeconds }: Limits): AppError {
  return new AppError(
    'too_long',
    `The original lasts longer than ${durationSeconds} s, which is the most here.`,
  );
}

function resultTooLarge({ name }: Format, bytes: number): AppError {
  return new AppError(
    'result_too_large',
    `As ${name} it would be larger than ${bytes} bytes, the most here.`,
  );
}
