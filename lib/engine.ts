import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createChildren } from './child.ts';
import type { Limits } from './config.ts';
import { AppError, isFailure } from './errors.ts';
import {
  conversionFailure,
  decodingFailure,
  hasComplaints,
  nothingDecoded,
  resultTooLarge,
  tooLong,
} from './failures.ts';
import { convertArguments, decodeArguments, PIPES, soundArguments } from './ffmpeg.ts';
import { isWhole, type Level } from './filters.ts';
import { type Format, possibleFormats } from './formats.ts';
import type { Picture } from './id3.ts';
import { encodeAtLevel } from './levels.ts';
import { mustBePlausible } from './limits.ts';
import type { Adaptation, Loudness, MediaInfo } from './media.ts';
import type { Options } from './options.ts';
import { countSamples, measure, readPicture } from './passes.ts';
import { addId3Chunk, writePictureTag } from './pictures.ts';
import { type Plan, planConversion } from './plan.ts';
import type { Probed } from './probe.ts';
import { addressOf, decode, type EngineParts, folderOf, probe, type Tools } from './runs.ts';
import type { Source } from './source.ts';
import { createStopwatch } from './stopwatch.ts';
import { finalTags, type TagChanges, tagChanges } from './tags.ts';
import { createSink, type Sink, type Target } from './target.ts';
import { type Decoded, verdict } from './verdict.ts';
import { createPeaks, type Waveform } from './waveform.ts';

export interface Conversion {
  input: Source;
  output: Target;
  format: Format;
  /** The original, as `probe` saw it. */
  media: MediaInfo;
  options: Options;
  /** Whether the original's waveform is wanted, where it can be had in passing. */
  waveform?: boolean;
  /** Gets 0 to 1, rising. */
  onProgress: (fraction: number) => void;
  signal: AbortSignal;
}

/** What came of a conversion. */
export interface Made {
  media: MediaInfo;
  /** Sentences for people. */
  warnings: string[];
  adaptations: readonly Adaptation[];
  /** What the original holds, with its loudness where that was measured. */
  original: MediaInfo;
  /** The original's, where it was wanted and came in passing. */
  waveform: Waveform | null;
  /** Bytes. */
  size: number;
}

export interface AudioEngine {
  /** What can be made here. */
  readonly formats: readonly Format[];
  /** Throws `not_audio`, `no_audio`, `damaged`, `too_long`, `timed_out`, `resource_limit`. */
  probe(source: Source, signal: AbortSignal): Promise<MediaInfo>;
  /** Makes a result and checks it, by as many passes as it takes. Throws a failure's code, `unavailable`, or the signal's reason. */
  convert(conversion: Conversion): Promise<Made>;
  /** Decodes the whole of what was probed; null where there is too little sound to measure. Throws as `convert`. */
  loudness(source: Source, media: MediaInfo, signal: AbortSignal): Promise<Loudness | null>;
  /** Decodes the whole of what was probed. Throws as `convert`. */
  waveform(source: Source, media: MediaInfo, signal: AbortSignal): Promise<Waveform>;
  /** Kills what runs, at once. */
  killAll(): void;
}

/** A conversion that was thought out. */
interface Work extends Conversion {
  probed: Probed;
  skipped: number;
  plan: Plan;
  tags: TagChanges;
}

/** One encoding of a conversion. */
interface Encode {
  level: Level;
  /** Samples of the result, where they had to be counted. */
  length: number | null;
  /** Where ffmpeg does not write it. */
  picture: Picture | null;
}

export function createEngine(parts: EngineParts): AudioEngine {
  const { binaries, limits } = parts;
  const tools: Tools = { ...parts, children: createChildren(parts.launcher, binaries.cage) };
  /** What else a probe saw is nothing that a task shows. */
  const seen = new WeakMap<MediaInfo, Probed>();

  return {
    formats: possibleFormats(binaries.encoders, binaries.muxers),
    async probe(source, signal) {
      const probed = await probe(tools, source, signal);
      if ((probed.media.duration ?? 0) > limits.durationSeconds && !probed.estimated) throw tooLong(limits);
      mustBePlausible(probed.media);
      seen.set(probed.media, probed);
      return probed.media;
    },
    async convert(conversion) {
      const { format, options, media } = conversion;
      const probed = seen.get(media);
      if (!probed) throw new TypeError('only what was probed can be converted');
      const plan = planConversion(format, options, probed);
      mustFit(plan, limits);
      const onProgress = rising(conversion.onProgress);
      const skipped = plan.chain.trim.start / media.sampleRate;
      const tags = tagChanges(plan, probed.tags);
      const { conversionSeconds } = limits;
      const watch = createStopwatch(conversion.signal, { wall: conversionSeconds, stall: conversionSeconds });
      try {
        const { signal } = watch;
        return await convertPlanned(tools, {
          ...conversion,
          signal,
          onProgress,
          probed,
          skipped,
          plan,
          tags,
        });
      } finally {
        watch.stop();
      }
    },
    async loudness(source, media, signal) {
      const probed = seen.get(media);
      if (!probed) throw new TypeError('only what was probed can be measured');
      return measure(tools, { input: source, probed, signal });
    },
    async waveform(source, media, signal) {
      const probed = seen.get(media);
      if (!probed) throw new TypeError('only what was probed can be drawn');
      const peaks = createPeaks(media.sampleRate);
      const sound = { output: peaks.read };
      const { ending } = await decode(
        tools,
        { input: source, probed, signal },
        decodeArguments(addressOf(source)),
        sound,
      );
      if (ending.code !== 0) throw decodingFailure(ending);
      return peaks.waveform();
    },
    killAll: () => parts.launcher.close(),
  };
}

/** Where a result is made again, progress waits until it is beyond what it was. */
function rising(onProgress: (fraction: number) => void): (fraction: number) => void {
  let highest = 0;
  return (fraction) => {
    highest = Math.max(highest, fraction);
    onProgress(highest);
  };
}

/** The limit on a result comes from the original's duration: ten hours of silence are a 14 MB Opus file and a 7 GB WAV. */
function mustFit({ format, seconds, mostBitrate }: Plan, { resultBytes }: Limits): void {
  const bytes = ((seconds ?? 0) * mostBitrate) / 8;
  if (bytes > resultBytes) throw resultTooLarge(format, resultBytes);
}

async function convertPlanned(tools: Tools, work: Work): Promise<Made> {
  const { plan, media, output, signal } = work;
  const picture = await readPicture(tools, work);
  const without = plan.cover && !picture && plan.format.cover !== 'stream' ? [NO_PICTURE] : [];
  const length = plan.chain.fadeOut > 0 ? await countSamples(tools, work) : null;
  const { made, before, after, adaptations } = await encodeAtLevel(plan, {
    measure: () => measure(tools, work, plan.chain, length),
    encode: (level) =>
      typeof output === 'string'
        ? convertToFile(tools, work, { level, length, picture }, output)
        : convertToSink(tools, work, { level, length, picture }, createSink(output)),
    async measureResult() {
      if (typeof output !== 'string') throw new TypeError('a result that may be made again needs a file');
      return measure(tools, { input: output, probed: await probe(tools, output, signal), signal });
    },
  });
  const original = isWhole(plan.chain) ? { ...media, loudness: before } : media;
  return {
    ...made,
    media: { ...made.media, loudness: after },
    original,
    adaptations: [...plan.adaptations, ...without, ...adaptations],
  };
}

const NO_PICTURE: Adaptation = {
  property: 'coverArt',
  from: 'kept',
  to: 'left out',
  reason: 'The picture is too large to be kept here.',
};

/** What an encoding alone knows. */
type Encoded = Omit<Made, 'original' | 'adaptations'>;

async function convertToFile(tools: Tools, work: Work, how: Encode, output: string): Promise<Encoded> {
  const { plan, probed, tags, signal } = work;
  const { waveform, ...decoded } = await encode(tools, work, how, undefined);
  if (plan.format.cover === 'chunk') await addId3Chunk(output, finalTags(tags, probed.tags), how.picture);
  const made = await probeResult(tools, output, signal);
  const { size } = await stat(output);
  const reckoned = probed.estimated;
  const warnings = verdict(plan, tools.limits, { ...decoded, reckoned }, { ...made, size });
  return { media: made.media, warnings, size, waveform };
}

/** The beginning says what the result is; how long it is, ffmpeg says, since there is no end to look at yet. */
async function convertToSink(tools: Tools, work: Work, how: Encode, sink: Sink): Promise<Encoded> {
  const { plan, probed, output, signal } = work;
  try {
    const { waveform, ...decoded } = await encode(tools, work, how, sink);
    const head: Source = {
      folder: folderOf(output),
      open: async () => Readable.from([sink.head()]),
    };
    const made = await probeResult(tools, head, signal);
    const media = { ...made.media, duration: decoded.seconds };
    const size = sink.bytes();
    const seen = { ...decoded, reckoned: probed.estimated };
    const warnings = verdict(plan, tools.limits, seen, { media, estimated: false, size });
    if ((await sink.commit()) !== size) throw new AppError('unavailable', 'The result was not stored whole.');
    return { media, warnings, size, waveform };
  } finally {
    await sink.abandon();
  }
}

/** What can't be read back is our fault, or the machine's, and not the original's. */
async function probeResult(tools: Tools, result: Source, signal: AbortSignal): Promise<Probed> {
  try {
    return await probe(tools, result, signal);
  } catch (error) {
    if (!isFailure(error)) throw error;
    throw new AppError('unavailable', 'The result could not be read back.', { cause: error });
  }
}

async function encode(
  tools: Tools,
  work: Work,
  { level, length, picture }: Encode,
  sink: Sink | undefined,
): Promise<Decoded & { waveform: Waveform | null }> {
  const { input, output, plan, tags, onProgress } = work;
  const peaks = isDrawnInPassing(work) ? createPeaks(work.media.sampleRate) : undefined;
  const { movieTimescale } = tools.binaries;
  const addresses = { input: addressOf(input), output: addressOf(output, PIPES.stdout) };
  const mostBytes = tools.limits.resultBytes + 1;
  const isTag = picture !== null && plan.format.cover === 'tag';
  const pictureTag = isTag ? await writePictureTag(folderOf(output), picture) : null;
  const how = { plan, level, length, tags, pictureTag, movieTimescale, mostBytes };
  const args = convertArguments({ ...addresses, ...how });
  const onSeconds = (seconds: number) => {
    if (plan.seconds) onProgress(Math.min(1, seconds / plan.seconds));
  };
  const { seconds, ending } = await decode(tools, work, [...args, ...(peaks ? soundArguments() : [])], {
    sink,
    output: sink?.read,
    sound: peaks?.read,
    onSeconds,
  });
  if (ending.code !== 0) throw conversionFailure(ending, plan.format, tools.limits);
  const complained = hasComplaints(ending.stderr);
  if (seconds === 0) throw nothingDecoded(complained);
  return { seconds, complained, waveform: peaks?.waveform() ?? null };
}

/**
 * Beside a lossy encoder a second output of the decoded sound costs one or two parts in a hundred; beside a lossless one,
 * which does little but copy, more than ten: there the waveform waits until somebody asks for it.
 */
function isDrawnInPassing({ waveform, plan: { chain, encoder } }: Work): boolean {
  return waveform === true && encoder.depth === null && chain.trim.start === 0 && chain.trim.end === null;
}
