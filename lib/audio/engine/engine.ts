import { stat } from 'node:fs/promises';
import { createChildren } from '../../process/limited-process.ts';
import { AppError } from '../../runtime/errors.ts';
import type { SpectrumWindow } from '../ffmpeg/arguments.ts';
import type { Binaries } from '../ffmpeg/binaries.ts';
import { tooLong } from '../ffmpeg/exit-errors.ts';
import type { OpenedSource, Prober } from '../ffmpeg/input.ts';
import { mustBePlausible } from '../ffmpeg/resource-limits.ts';
import { type EngineOptions, type Material, runReported, type Tools } from '../ffmpeg/runs.ts';
import { createTimeouts } from '../ffmpeg/timeouts.ts';
import { type Format, possibleFormats } from '../formats/formats.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import type { Loudness } from '../media/media-info.ts';
import type { Receipt } from '../media/receipt.ts';
import { takeTrack } from '../media/tracks.ts';

import { planConversion } from '../plan/plan.ts';
import { keptChunks } from '../tags/kept-chunks.ts';
import { createTagWorker, type TagWorker } from '../tags/tag-worker.ts';
import type { Waveform } from '../waveform/peaks.ts';
import { albumQuestion, type TrackBlocks } from './album.ts';
import { ofWholeOriginals } from './album-normalization.ts';
import { measure, measureBlocks } from './analysis-passes.ts';
import { joinPackets } from './copied-join.ts';
import { corrected, materialOf } from './corrections.ts';
import type { Conversion, Made, Work } from './encode.ts';
import { makeFitting } from './fit.ts';
import { type Joined, type JoinRequest, joinTracks } from './join.ts';
import { probeOriginal } from './original-probe.ts';
import { drawSpectrum, drawWaveform } from './pictures-of-sound.ts';
import { convertPlanned } from './planned-conversion.ts';
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
  /** Gating blocks of the standard track of an original. Throws as `convert`. */
  blocks(original: OpenedSource, signal: AbortSignal): Promise<TrackBlocks>;
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
      if (albumQuestion(options.options) !== undefined && !conversion.album) throw noAlbum();
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
          const made = await makeFitting(own, trimmed.effective, found, sent, async (effective) => {
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
            const made = await makeWithGains(own, work, (one) => convertPlanned(own, one));
            return { ...made, adaptations: [...made.adaptations, ...ofWholeOriginals(plan, work.album)] };
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
    blocks: ({ source, probed }, signal) =>
      corrected(tools, { original: source, probed, signal }, async (found) => ({
        ...(await measureBlocks(tools, materialOf(found))),
        channels: found.probed.media.channels,
      })),
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

/** The error for an album without a batch. */
function noAlbum(): AppError {
  return new AppError(
    'invalid_request',
    'The options are not valid. An album is the tasks of a batch, and this is none.',
  );
}
