import { createChildren } from './child.ts';
import type { Limits } from './config.ts';
import { type Conversion, convertToFile, convertToSink, type Made, type Work } from './encode.ts';
import { decodingFailure, resultTooLarge, tooLong } from './failures.ts';
import { decodeArguments } from './ffmpeg.ts';
import { isWhole } from './filters.ts';
import { type Format, possibleFormats } from './formats.ts';
import { encodeAtLevel } from './levels.ts';
import { mustBePlausible } from './limits.ts';
import type { Adaptation, Loudness, MediaInfo } from './media.ts';
import { countSamples, measure, readPicture } from './passes.ts';
import { type Plan, planConversion } from './plan.ts';
import type { Probed } from './probe.ts';
import { addressOf, decode, type EngineParts, probe, type Tools } from './runs.ts';
import type { Prober, Source } from './source.ts';
import { createStopwatch } from './stopwatch.ts';
import { tagChanges } from './tags.ts';
import { createSink } from './target.ts';
import { createPeaks, type Waveform } from './waveform.ts';

export interface AudioEngine extends Prober {
  /** What can be made here. */
  readonly formats: readonly Format[];
  /** Makes a result and checks it, by as many passes as it takes. Throws a failure's code, `unavailable`, or the signal's reason. */
  convert(conversion: Conversion): Promise<Made>;
  /** Decodes the whole of what was probed; null where there is too little sound to measure. Throws as `convert`. */
  loudness(source: Source, media: MediaInfo, signal: AbortSignal): Promise<Loudness | null>;
  /** Decodes the whole of what was probed. Throws as `convert`. */
  waveform(source: Source, media: MediaInfo, signal: AbortSignal): Promise<Waveform>;
  /** Kills what runs, at once. */
  killAll(): void;
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
