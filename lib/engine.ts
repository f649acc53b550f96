import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import type { Binaries } from './binaries.ts';
import { type Children, createChildren, eachLine, type PipeReader } from './child.ts';
import type { Limits } from './config.ts';
import { AppError } from './errors.ts';
import { conversionFailure, limitReached, resultTooLarge, tooLong } from './failures.ts';
import { convertArguments, fileAddress, PIPES, probeArguments } from './ffmpeg.ts';
import { FORMATS, type Format } from './formats.ts';
import { conversionLimits, PROBE_SECONDS, probeLimits } from './limits.ts';
import type { MediaInfo } from './media.ts';
import type { TaskOptions } from './ports.ts';
import { type Probed, readProbe } from './probe.ts';
import type { Source } from './source.ts';
import { createStopwatch } from './stopwatch.ts';
import { createSink, type Sink, type Target } from './target.ts';
import { type Decoded, verdict } from './verdict.ts';

export interface Conversion {
  input: Source;
  output: Target;
  format: Format;
  /** The original, as `probe` saw it. */
  media: MediaInfo;
  options: TaskOptions;
  /** Gets 0 to 1, rising. */
  onProgress: (fraction: number) => void;
  signal: AbortSignal;
}

/** What came of a conversion. */
export interface Made {
  media: MediaInfo;
  /** Sentences for people. */
  warnings: string[];
  /** Bytes. */
  size: number;
}

export interface AudioEngine {
  /** What can be made here. */
  readonly formats: readonly Format[];
  /** Throws `not_audio`, `no_audio`, `damaged`, `too_long`, `timed_out`, `resource_limit`. */
  probe(source: Source, signal: AbortSignal): Promise<MediaInfo>;
  /** Makes a result and checks it. Throws a failure's code, `unavailable`, or the signal's reason. */
  convert(conversion: Conversion): Promise<Made>;
  /** Kills what runs, at once. */
  killAll(): void;
}

export interface EngineParts {
  binaries: Binaries;
  limits: Limits;
  /** PATH of the programs. */
  path: string;
}

/** What every run of a program needs. */
interface Tools extends EngineParts {
  children: Children;
}

export function createEngine(parts: EngineParts): AudioEngine {
  const { binaries, limits } = parts;
  const tools: Tools = { ...parts, children: createChildren(binaries.cage) };
  /** Whether a duration was only reckoned is nothing that a task shows. */
  const estimated = new WeakSet<MediaInfo>();

  return {
    formats: FORMATS.filter(({ encoder }) => binaries.encoders.has(encoder)),
    async probe(source, signal) {
      const probed = await probe(tools, source, signal);
      if ((probed.media.duration ?? 0) > limits.durationSeconds && !probed.estimated) throw tooLong(limits);
      if (probed.estimated) estimated.add(probed.media);
      return probed.media;
    },
    async convert(conversion) {
      mustFit(conversion, limits);
      const reckoned = estimated.has(conversion.media);
      return typeof conversion.output === 'string'
        ? convertToFile(tools, conversion, conversion.output, reckoned)
        : convertToSink(tools, conversion, createSink(conversion.output), reckoned);
    },
    killAll: () => tools.children.killAll(),
  };
}

async function probe(
  { binaries, children, path }: Tools,
  source: Source,
  signal: AbortSignal,
): Promise<Probed> {
  let output = '';
  const watch = createStopwatch(signal, { wall: PROBE_SECONDS, stall: PROBE_SECONDS });
  try {
    const ending = await children.run({
      program: binaries.ffprobe.path,
      args: probeArguments(addressOf(source)),
      cwd: await emptyFolder(source),
      path,
      limits: probeLimits(),
      signal: watch.signal,
      stdin: typeof source === 'string' ? undefined : await source.open(),
      readers: [
        async (pipe) => {
          output = await text(pipe);
        },
      ],
    });
    const limit = ending.code === 0 ? undefined : limitReached(ending);
    if (limit) throw limit;
    return readProbe(ending.code === 0, output, ending.stderr);
  } finally {
    watch.stop();
  }
}

/** The limit on a result comes from the original's duration: ten hours of silence are a 14 MB Opus file and a 7 GB WAV. */
function mustFit({ media, format }: Conversion, { resultBytes }: Limits): void {
  const { duration, sampleRate, channels } = media;
  const bytes = ((duration ?? 0) * format.mostBitrate(sampleRate, channels)) / 8;
  if (bytes > resultBytes) throw resultTooLarge(format, resultBytes);
}

async function convertToFile(
  tools: Tools,
  conversion: Conversion,
  output: string,
  reckoned: boolean,
): Promise<Made> {
  const decoded = await encode(tools, conversion, undefined, reckoned);
  const made = await probe(tools, output, conversion.signal);
  const { size } = await stat(output);
  const warnings = verdict(conversion, tools.limits, { ...decoded, reckoned }, { ...made, size });
  return { media: made.media, warnings, size };
}

/** The beginning says what the result is; how long it is, ffmpeg says, since there is no end to look at yet. */
async function convertToSink(
  tools: Tools,
  conversion: Conversion,
  sink: Sink,
  reckoned: boolean,
): Promise<Made> {
  try {
    const decoded = await encode(tools, conversion, sink, reckoned);
    const head: Source = {
      folder: folderOf(conversion.output),
      open: async () => Readable.from([sink.head()]),
    };
    const made = await probe(tools, head, conversion.signal);
    const media = { ...made.media, duration: decoded.seconds };
    const size = sink.bytes();
    const warnings = verdict(
      conversion,
      tools.limits,
      { ...decoded, reckoned },
      { media, estimated: false, size },
    );
    if ((await sink.commit()) !== size) throw new AppError('unavailable', 'The result was not stored whole.');
    return { media, warnings, size };
  } finally {
    await sink.abandon();
  }
}

async function encode(
  { binaries, children, limits, path }: Tools,
  { input, output, format, media, onProgress, signal }: Conversion,
  sink: Sink | undefined,
  reckoned: boolean,
): Promise<Decoded> {
  const stdin = typeof input === 'string' ? undefined : await input.open();
  const isStorageSlow = () =>
    sink?.isFull() === true || (stdin?.readableLength === 0 && !stdin.readableEnded);
  const watch = createStopwatch(
    signal,
    { wall: limits.conversionSeconds, stall: limits.stallSeconds },
    isStorageSlow,
  );
  let seconds = 0;
  const onLine = eachLine((line) => {
    const microseconds = /^out_time_us=(\d+)/.exec(line)?.[1];
    if (microseconds === undefined || Number(microseconds) / 1e6 <= seconds) return;
    seconds = Number(microseconds) / 1e6;
    watch.progress();
    if (seconds > limits.durationSeconds) watch.abort(tooLong(limits));
    if (media.duration) onProgress(Math.min(1, seconds / media.duration));
  });
  const addresses = { input: addressOf(input), output: addressOf(output, PIPES.stdout) };
  try {
    const ending = await children.run({
      program: binaries.ffmpeg.path,
      args: convertArguments({ ...addresses, format, media, mostBytes: limits.resultBytes + 1 }),
      cwd: await emptyFolder(output),
      path,
      limits: conversionLimits(limits, reckoned ? null : media.duration),
      signal: watch.signal,
      stdin,
      readers: [sink?.read ?? ignore, onLine],
    });
    if (ending.code !== 0) throw conversionFailure(ending, format, limits);
    return { seconds, complained: ending.stderr.trim() !== '' };
  } finally {
    watch.stop();
  }
}

const ignore: PipeReader = (pipe) => finished(pipe.resume());

function addressOf(place: Source | Target, pipe: typeof PIPES.stdin | typeof PIPES.stdout = PIPES.stdin) {
  return typeof place === 'string' ? fileAddress(place) : pipe;
}

function folderOf(place: Source | Target): string {
  return typeof place === 'string' ? dirname(place) : place.folder;
}

/** Whatever a file names relatively, there is nothing beside it. */
async function emptyFolder(place: Source | Target): Promise<string> {
  const folder = join(folderOf(place), 'empty');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}
