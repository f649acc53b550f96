import { stat } from 'node:fs/promises';
import { createChildren } from '../../process/limited-process.ts';
import type { SpectrumWindow } from '../ffmpeg/arguments.ts';
import type { Binaries } from '../ffmpeg/binaries.ts';
import { resultTooLarge, tooLong } from '../ffmpeg/exit-errors.ts';
import type { OpenedSource, Prober } from '../ffmpeg/input.ts';
import { createSink } from '../ffmpeg/output.ts';
import { probe } from '../ffmpeg/probe.ts';
import { mustBePlausible } from '../ffmpeg/resource-limits.ts';
import { decode, type EngineOptions, type Material, runReported, type Tools } from '../ffmpeg/runs.ts';
import { createTimeouts } from '../ffmpeg/timeouts.ts';
import { type Format, possibleFormats } from '../formats/formats.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import type { AudioLimits } from '../media/limits.ts';
import type { Loudness } from '../media/media-info.ts';
import type { Receipt } from '../media/receipt.ts';
import { takeTrack } from '../media/tracks.ts';

import { WARNINGS, type Warning } from '../media/warnings.ts';

import { planCopy } from '../plan/copy-plan.ts';
import { isWhole } from '../plan/filters.ts';

import { fadeAdaptations, needsLength, type Plan, planConversion } from '../plan/plan.ts';
import { keptChunks } from '../tags/kept-chunks.ts';
import { encodingOf, isDecoded } from '../tags/original-tags.ts';
import { createTagWorker, type TagWorker } from '../tags/tag-worker.ts';
import type { Waveform } from '../waveform/peaks.ts';
import { countSamples, measure } from './analysis-passes.ts';
import { clippedWarnings, encodeHeld } from './clipping.ts';
import { joinPackets } from './copied-join.ts';
import { copyToFile } from './copy.ts';
import { corrected, materialOf } from './corrections.ts';
import { type Conversion, convertToFile, convertToSink, type Made, type Work } from './encode.ts';
import { makeFitting } from './fit.ts';
import { type Joined, type JoinRequest, joinTracks } from './join.ts';
import { encodeAtLevel } from './loudness-normalization.ts';
import { probeOriginal } from './original-probe.ts';
import { drawSpectrum, drawWaveform } from './pictures-of-sound.ts';
import type { PlannedOriginal } from './planned-result.ts';
import { type PlannedResults, planResults } from './planned-split.ts';
import { issueReceipt, type Verification, verifyFile } from './receipts.ts';
import { makeWithGains } from './replay-gain.ts';
import { planTags } from './result-tags.ts';
import { ringtoneWarnings } from './ringtone.ts';
import { withCover } from './sent-cover.ts';
import { trimSilentEnds } from './silent-ends.ts';
import { type PlannedPart, planSplit, type SplitRequest } from './split.ts';

export interface AudioEngine extends Prober {
  /** Output formats of this ffmpeg. */
  readonly formats: readonly Format[];
  /** The programs that it runs. */
  readonly binaries: Binaries;
  /** Makes a result and checks it. Throws a failure code, `unavailable`, or the reason of the signal. */
  convert(conversion: Conversion): Promise<Made>;
  /**
   * Joins tracks as one original. Throws as `convert`, `cannot_join` for a crossfade that is too long, and `cannot_copy` for packets
   * that cannot be joined as they are.
   */
  join(request: JoinRequest): Promise<Joined>;
  /** Plans the parts of an original whose options ask for them. Throws as `convert`, and `cannot_split`. */
  split(request: SplitRequest): Promise<PlannedPart[]>;
  /** Plans a conversion without making it. Throws as `convert` for what the plan shows. */
  plan(original: PlannedOriginal): Promise<PlannedResults>;
  /** Compares a local file with the receipt of a result. */
  verify(path: string, receipt: Receipt, signal: AbortSignal): Promise<Verification>;
  /** Decodes a whole file; null if there is too little sound to measure. Opens and throws as `waveform`. */
  loudness(open: () => Promise<OpenedSource>, signal: AbortSignal): Promise<Loudness | null>;
  /**
   * Decodes a whole file. Calls `open` only when ffmpeg may run, so that a waiting request keeps no copy of its file.
   * Throws as `convert`.
   */
  waveform(open: () => Promise<OpenedSource>, signal: AbortSignal): Promise<Waveform>;
  /** Draws the spectrum of a part of a file as PNG; empty behind the end of the sound. Opens and throws as `waveform`. */
  spectrum(open: () => Promise<OpenedSource>, window: SpectrumWindow, signal: AbortSignal): Promise<Buffer>;
  /** The front cover of a local file, or its first picture; undefined if it has none. */
  picture(path: string): Promise<Buffer | undefined>;
  /** Kills all running programs at once. */
  killAll(): void;
}

export function createEngine(parts: EngineOptions, worker: TagWorker = createTagWorker()): AudioEngine {
  const { binaries, limits } = parts;
  const tools: Tools = { ...parts, children: createChildren(parts.spawner, binaries.sandbox) };

  return {
    formats: possibleFormats(binaries.encoders, binaries.muxers),
    binaries,
    async probe(source, signal) {
      const probed = await probeOriginal(tools, worker, source, signal);
      if ((probed.media.duration ?? 0) > limits.durationSeconds && !probed.estimated) throw tooLong(limits);
      mustBePlausible(probed.media);
      return probed;
    },
    async convert(conversion) {
      const { options, input, passes } = conversion;
      const own: Tools = { ...tools, passes };
      const probed = takeTrack(conversion.probed, options.options.track);
      mustBePlausible(probed.media);
      const onProgress = rising(conversion.onProgress);
      const { conversionSeconds } = limits;
      const watch = createTimeouts(conversion.signal, { wall: conversionSeconds, stall: conversionSeconds });
      try {
        const { signal } = watch;
        const sent = conversion.cover ? (await stat(conversion.cover.path)).size : 0;
        const made = await corrected(own, { original: input, probed, signal }, async (found) => {
          const trimmed = await trimSilentEnds(own, options, found);
          const made = await makeFitting(own, trimmed.effective, found, sent, (effective) => {
            const plan = planConversion(effective, found.probed);
            const tags = withCover(plan.format, planTags(plan, found.probed), conversion.cover);
            const work: Work = {
              ...conversion,
              ...found,
              ...materialOf(found),
              options: effective,
              onProgress,
              skipped: plan.chain.trim.start / found.probed.media.sampleRate,
              plan,
              tags,
              worker,
              kept: keptChunks(plan, found.probed),
            };
            return makeWithGains(own, work, (one) => convertPlanned(own, one));
          });
          return { ...made, adaptations: [...trimmed.adaptations, ...made.adaptations] };
        });
        const warnings = [...made.warnings, ...ringtoneWarnings(options.format.name, made.media)];
        const { output } = conversion;
        if (options.asked.receipt === undefined || typeof output !== 'string') return { ...made, warnings };
        const receipt = await issueReceipt(tools, { input, probed, signal: watch.signal }, options, output);
        return { ...made, warnings, receipt };
      } finally {
        watch.stop();
      }
    },
    join: (request) => (request.copied ? joinPackets : joinTracks)(tools, worker, request),
    async split(request) {
      const probed = takeTrack(request.probed, request.options.options.track);
      mustBePlausible(probed.media);
      return planSplit(tools, { ...request, probed });
    },
    async plan(original) {
      mustBePlausible(original.probed.media);
      return planResults(tools, original);
    },
    verify: (path, receipt, signal) => verifyFile(tools, path, receipt, signal),
    loudness: (open, signal) =>
      admitted(open, signal, (material) => measure(tools, material, null, null, runReported)),
    waveform: (open, signal) => admitted(open, signal, (material) => drawWaveform(tools, material)),
    spectrum: (open, window, signal) =>
      admitted(open, signal, (material) => drawSpectrum(tools, material, window)),
    picture: (path) => worker.picture(path),
    killAll() {
      parts.spawner.close();
      worker.close();
    },
  };

  /** Opens a file when the semaphore admits it. */
  function admitted<T>(
    open: () => Promise<OpenedSource>,
    signal: AbortSignal,
    work: (material: Material & { probed: Probed }) => Promise<T>,
  ): Promise<T> {
    return tools.semaphore(async () => {
      const { source, probed } = await open();
      return corrected(tools, { original: source, probed, signal }, (found) => work(materialOf(found)));
    });
  }
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
function mustFit(
  { format, seconds, mostBitrate }: Plan,
  { estimated }: Probed,
  { resultBytes }: AudioLimits,
): void {
  if (estimated) return;
  const bytes = ((seconds ?? 0) * mostBitrate) / 8;
  if (bytes > resultBytes) throw resultTooLarge(format, resultBytes);
}

async function convertPlanned(tools: Tools, work: Work): Promise<Made> {
  const { plan, probed, output, signal } = work;
  const copy = work.steady ? null : planCopy(plan, work.options, probed);
  const copied = copy && typeof output === 'string' ? await copyToFile(tools, work, copy, output) : undefined;
  const ofTags = [...(probed.tagsUnreadable ? [UNREADABLE] : []), ...decodedWarning(work)];
  if (copied) return { ...copied, warnings: [...ofTags, ...copied.warnings] };
  mustFit(plan, probed, tools.limits);
  const length = needsLength(plan) ? await countSamples(tools, work) : null;
  const dualMono = plan.options.loudness?.dualMono === 'yes';
  const { made, before, after, adaptations } = await encodeAtLevel(
    plan,
    {
      measure: () => measure(tools, work, plan.chain, length, decode, dualMono),
      encode: (wanted) =>
        encodeHeld(plan, wanted, (level) =>
          typeof output === 'string'
            ? convertToFile(tools, work, { level, length }, output)
            : convertToSink(tools, work, { level, length }, createSink(output)),
        ),
      async measureResult() {
        if (typeof output !== 'string') throw new TypeError('a result that may be made again needs a file');
        const made = { input: output, probed: await probe(tools, output, signal), signal };
        return measure(tools, made, null, null, decode, dualMono);
      },
    },
    work.level,
  );
  const { originalSeconds: duration, clipping, ...rest } = made;
  const clipped = await clippedWarnings(tools, work, clipping, length);
  const media = { ...probed.media, duration };
  const original = isWhole(plan.chain) ? { ...media, loudness: before } : media;
  return {
    ...rest,
    copied: false,
    media: { ...made.media, loudness: after },
    original,
    adaptations: [
      ...plan.adaptations,
      ...work.kept.adaptations,
      ...fadeAdaptations(plan, length),
      ...made.adaptations,
      ...adaptations,
    ],
    warnings: [...ofTags, ...made.warnings, ...clipped],
  };
}

/** Tells that tags are read in another encoding than they declare. */
function decodedWarning({ plan: { options }, probed }: Work): Warning[] {
  const encoding = encodingOf(probed, options.tagEncoding);
  const isTold = encoding !== null && options.metadata !== 'strip' && isDecoded(probed, options.tagEncoding);
  return isTold ? [{ code: 'tags_decoded', message: `${WARNINGS.tags_decoded} Encoding: ${encoding}.` }] : [];
}

const UNREADABLE: Warning = { code: 'tags_unreadable', message: WARNINGS.tags_unreadable };
