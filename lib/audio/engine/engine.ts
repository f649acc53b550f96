import { createChildren } from '../../process/limited-process.ts';
import { decodeArguments } from '../ffmpeg/arguments.ts';
import type { Binaries } from '../ffmpeg/binaries.ts';
import { decodingFailure, resultTooLarge, tooLong } from '../ffmpeg/exit-errors.ts';
import type { OpenedSource, Prober, Source } from '../ffmpeg/input.ts';
import { createSink } from '../ffmpeg/output.ts';
import { probe } from '../ffmpeg/probe.ts';
import { mustBePlausible } from '../ffmpeg/resource-limits.ts';
import { type EngineOptions, runFfmpeg, type Tools } from '../ffmpeg/runs.ts';
import { createTimeouts } from '../ffmpeg/timeouts.ts';
import { type Format, possibleFormats } from '../formats/formats.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import type { AudioLimits } from '../media/limits.ts';
import type { Adaptation, Loudness } from '../media/media-info.ts';
import { isWhole } from '../plan/filters.ts';
import { type Plan, planConversion } from '../plan/plan.ts';
import { tagChanges } from '../tags/tag-changes.ts';
import { createPeaks, type Waveform } from '../waveform/peaks.ts';
import { countSamples, measure, readPicture } from './analysis-passes.ts';
import { type Conversion, convertToFile, convertToSink, type Made, type Work } from './encode.ts';
import { encodeAtLevel } from './loudness-normalization.ts';

export interface AudioEngine extends Prober {
  /** Output formats of this ffmpeg. */
  readonly formats: readonly Format[];
  /** The programs that it runs. */
  readonly binaries: Binaries;
  /** Makes a result and checks it. Throws a failure code, `unavailable`, or the reason of the signal. */
  convert(conversion: Conversion): Promise<Made>;
  /** Decodes a whole source; null if there is too little sound to measure. Throws as `convert`. */
  loudness(source: Source, probed: Probed, signal: AbortSignal): Promise<Loudness | null>;
  /**
   * Decodes a whole file. Calls `open` only when ffmpeg may run, so that a waiting request keeps no copy of its file.
   * Throws as `convert`.
   */
  waveform(open: () => Promise<OpenedSource>, signal: AbortSignal): Promise<Waveform>;
  /** Kills all running programs at once. */
  killAll(): void;
}

export function createEngine(parts: EngineOptions): AudioEngine {
  const { binaries, limits } = parts;
  const tools: Tools = { ...parts, children: createChildren(parts.spawner, binaries.sandbox) };

  return {
    formats: possibleFormats(binaries.encoders, binaries.muxers),
    binaries,
    async probe(source, signal) {
      const probed = await probe(tools, source, signal);
      if ((probed.media.duration ?? 0) > limits.durationSeconds && !probed.estimated) throw tooLong(limits);
      mustBePlausible(probed.media);
      return probed;
    },
    async convert(conversion) {
      const { format, options, probed } = conversion;
      const plan = planConversion(format, options, probed);
      mustFit(plan, limits);
      const onProgress = rising(conversion.onProgress);
      const skipped = plan.chain.trim.start / probed.media.sampleRate;
      const tags = tagChanges(plan, probed.tags);
      const { conversionSeconds } = limits;
      const watch = createTimeouts(conversion.signal, { wall: conversionSeconds, stall: conversionSeconds });
      try {
        const { signal } = watch;
        return await convertPlanned(tools, { ...conversion, signal, onProgress, skipped, plan, tags });
      } finally {
        watch.stop();
      }
    },
    loudness: (input, probed, signal) => measure(tools, { input, probed, signal }),
    waveform: (open, signal) => tools.semaphore(async () => drawWaveform(tools, await open(), signal)),
    killAll: () => parts.spawner.close(),
  };
}

async function drawWaveform(
  tools: Tools,
  { source, probed }: OpenedSource,
  signal: AbortSignal,
): Promise<Waveform> {
  const peaks = createPeaks(probed.media.sampleRate);
  const material = { input: source, probed, signal };
  const { ending } = await runFfmpeg(tools, material, decodeArguments(source), { output: peaks.read });
  if (ending.code !== 0) throw decodingFailure(ending);
  return peaks.waveform();
}

/** A result may be encoded several times; progress then pauses until it exceeds its highest value. */
function rising(onProgress: (fraction: number) => void): (fraction: number) => void {
  let highest = 0;
  return (fraction) => {
    highest = Math.max(highest, fraction);
    onProgress(highest);
  };
}

/** Estimates the size of the result from its duration: ten hours of silence are a 14 MB Opus file and a 7 GB WAV. */
function mustFit({ format, seconds, mostBitrate }: Plan, { resultBytes }: AudioLimits): void {
  const bytes = ((seconds ?? 0) * mostBitrate) / 8;
  if (bytes > resultBytes) throw resultTooLarge(format, resultBytes);
}

async function convertPlanned(tools: Tools, work: Work): Promise<Made> {
  const { plan, probed, output, signal } = work;
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
  const { media } = probed;
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
  reason: 'The picture is too large for this format.',
};
