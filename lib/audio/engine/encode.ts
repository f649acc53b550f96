import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { PipeReader } from '../../process/limited-process.ts';
import { AppError } from '../../runtime/errors.ts';
import { convertArguments, type Encoding } from '../ffmpeg/arguments.ts';
import { conversionFailure } from '../ffmpeg/exit-errors.ts';
import type { Source } from '../ffmpeg/input.ts';
import type { Output, Sink } from '../ffmpeg/output.ts';
import { decode, folderOf, type Passes, type Run, type Tools } from '../ffmpeg/runs.ts';
import type { EffectiveOptions } from '../formats/effective-options.ts';
import type { Adaptation } from '../media/adaptations.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import type { MediaInfo } from '../media/media-info.ts';
import type { Receipt } from '../media/receipt.ts';
import { setW64Length } from '../media/w64-length.ts';
import type { Warning } from '../media/warnings.ts';

import type { Level } from '../plan/filters.ts';
import type { Plan } from '../plan/plan.ts';
import { writeChapterFile } from '../tags/chapter-file.ts';
import { addChunks } from '../tags/chunk-writer.ts';
import { ffmpegTags } from '../tags/ffmpeg-tags.ts';
import { bextLength, type KeptChunks } from '../tags/kept-chunks.ts';
import type { TagWorker } from '../tags/tag-worker.ts';
import { createPeaks, type Waveform } from '../waveform/peaks.ts';
import type { AlbumOfTrack } from './album.ts';
import type { Clipping } from './clipping.ts';
import type { Original } from './corrections.ts';
import { encodePieces } from './encode-pieces.ts';
import { isEmpty, judge, reportOnOriginal } from './judgement.ts';
import { checkResult } from './result-check.ts';
import { lookAtResult, probeResult } from './result-probe.ts';
import {
  hasTags,
  headPadding,
  type PlannedTags,
  resultTags,
  TagsNotWritten,
  writeTags,
} from './result-tags.ts';
import type { SentCover } from './sent-cover.ts';

export interface Conversion {
  input: Source;
  output: Output;
  /** Result of `probe` for the original. */
  probed: Probed;
  options: EffectiveOptions;
  /** A picture that becomes the front cover of the result, if the format holds it; such a result must be a file. */
  cover?: SentCover | undefined;
  /** Level of a part, which the loudness of its whole gives; absent: that of the options. */
  level?: Level | undefined;
  /** The album of the track; absent if no option asks for it. */
  album?: AlbumOfTrack | undefined;
  /** Whether to draw the original's waveform as well, if that is cheap. */
  waveform?: boolean;
  /** Findings of passes over this original for its other results. */
  passes?: Passes | undefined;
  /** Receives rising values of 0 to 1. */
  onProgress: (fraction: number) => void;
  signal: AbortSignal;
}

/** The outcome of a conversion. */
export interface Made {
  /** Whether the result has the packets of the original. */
  copied: boolean;
  media: MediaInfo;
  warnings: Warning[];
  adaptations: readonly Adaptation[];
  /** Media information of the original, with its loudness if that was measured. */
  original: MediaInfo;
  /** Waveform of the original; null if it was not requested or not cheap. */
  waveform: Waveform | null;
  /** Bytes. */
  size: number;
  /** Absent if it was not asked for. */
  receipt?: Receipt;
}

/** A conversion with its plan. */
export interface Work extends Conversion, Original {
  /** The original, or a steady source of it. */
  input: Source;
  /** Seconds of the original before the first sample of the result. */
  skipped: number;
  plan: Plan;
  tags: PlannedTags;
  worker: TagWorker;
  kept: KeptChunks;
}

/** One encoding of a conversion. */
export interface Encode {
  level: Level;
  /** Samples of the result; null if they were not counted. */
  length: number | null;
}

/** The part of the outcome that one encoding gives. */
export type Encoded = Omit<Made, 'copied' | 'original' | 'receipt'> & {
  /** Seconds of the original as far as they are known; null: unknown. */
  originalSeconds: number | null;
  /** Null if no sample can have exceeded full scale, or if the format stores such samples. */
  clipping: Clipping | null;
};

export async function convertToFile(tools: Tools, work: Work, how: Encode, output: string): Promise<Encoded> {
  const { waveform, written, ...told } = await encode(tools, work, how, undefined);
  try {
    return { ...told, ...(await finishFile(tools, work, output, written)), waveform };
  } catch (error) {
    if (!(error instanceof TagsNotWritten)) throw error;
    await encode(tools, work, how, undefined);
    return { ...told, ...(await finishFile(tools, work, output, written, false)), waveform };
  }
}

/** Copies packets instead of encoding. The work's plan has no filters, and `copy` as its encoder. */
export async function copyPackets(tools: Tools, work: Work, how: Encode): Promise<void> {
  const { ending } = await runEncoder(tools, work, how, undefined, undefined);
  if (ending.code !== 0) throw conversionFailure(ending, work.plan.format, tools.limits);
}

/**
 * Writes into a file what ffmpeg cannot write, reads it back, and checks it.
 * @param written seconds of sound
 * @param tagged whether the library writes tags; without them, the adaptations name all of them
 */
export async function finishFile(
  tools: Tools,
  work: Work,
  output: string,
  written: number,
  tagged = true,
): Promise<Pick<Encoded, 'media' | 'adaptations' | 'size'>> {
  const { original, plan, tags, kept, worker } = work;
  if (plan.format.muxer === 'w64') await setW64Length(output, Math.round(written * plan.sampleRate));
  const isTagged = tagged && plan.format.tags === 'library' && hasTags(tags);
  const file = isTagged ? await writeTags(worker, original, tags, output) : undefined;
  if (kept.chunks.length > 0 && plan.format.muxer !== 'flac') await addChunks(output, kept.chunks);
  const made = await lookAtResult(tools, work, output);
  const { media, adaptations } = resultTags(plan, tags, { ...made, ...(file && { file }) });
  const { size } = await stat(output);
  checkResult(plan, tools.limits, written, { ...made, size });
  return { media: { ...media, duration: written }, adaptations, size };
}

/** Streams a result. A probe of its first bytes gives the media information, without a duration. */
export async function convertToSink(tools: Tools, work: Work, how: Encode, sink: Sink): Promise<Encoded> {
  const { plan, output, signal } = work;
  try {
    const { waveform, written, ...told } = await encode(tools, work, how, sink);
    const head: Source = {
      folder: folderOf(output),
      open: async () => Readable.from([sink.head()]),
    };
    const made = await probeResult(tools, false, head, signal);
    const streamed = { ...made.media, duration: written };
    const { media, adaptations } = resultTags(plan, work.tags, { ...made, media: streamed });
    const size = sink.bytes();
    checkResult(plan, tools.limits, written, { media, estimated: false, size });
    if ((await sink.commit()) !== size)
      throw new AppError('unavailable', 'The storage did not store the whole result.');
    return { ...told, media, adaptations, size, waveform };
  } finally {
    await sink.abandon();
  }
}

async function encode(
  tools: Tools,
  work: Work,
  how: Encode,
  sink: Sink | undefined,
): Promise<Pick<Encoded, 'warnings' | 'originalSeconds' | 'clipping' | 'waveform'> & { written: number }> {
  const { plan, probed } = work;
  const encoding = () => encodingOf(tools, work, how, false);
  const joined = sink ? undefined : await encodePieces(tools, work, how.level, encoding);
  const isDrawn = !joined && isDrawnInPassing(work);
  const peaks = isDrawn ? createPeaks(probed.media.sampleRate) : undefined;
  const { ending, report } = joined ?? (await runEncoder(tools, work, how, sink, peaks?.read));
  const seen = reportOnOriginal(report, work);
  if (ending.code !== 0 && !isEmpty(seen)) throw conversionFailure(ending, plan.format, tools.limits);
  const judged = await judge(work, seen);
  const written = (seen.written ?? 0) / plan.sampleRate;
  const clipping = seen.clips ? { level: how.level } : null;
  return { ...judged, written, clipping, waveform: peaks?.waveform() ?? null };
}

/** Runs ffmpeg for one encoding, or one copy. */
async function runEncoder(
  tools: Tools,
  work: Work,
  how: Encode,
  sink: Sink | undefined,
  sound: PipeReader | undefined,
): Promise<Run> {
  const { plan, onProgress } = work;
  const encoding = await encodingOf(tools, work, how, sound !== undefined);
  const onSeconds = (seconds: number) => {
    if (plan.seconds) onProgress(Math.min(1, seconds / plan.seconds));
  };
  const listeners = { sink, output: sink?.read, sound, onSeconds, steady: true };
  return decode(tools, work, convertArguments(encoding), listeners);
}

/** The encoding as ffmpeg needs it, with its file of chapters. */
async function encodingOf(
  tools: Tools,
  work: Work,
  { level, length }: Encode,
  drawn: boolean,
): Promise<Encoding> {
  const { input, output, plan, tags } = work;
  const { movieTimescale, peakMeter } = tools.binaries;
  const chapterFile = await writeChapterFile(folderOf(output), plan.format, plan.chapters, tools.binaries);
  return {
    input,
    track: work.probed.track,
    decoder: work.probed.decoder,
    output,
    drawn,
    plan,
    level,
    length,
    tags: ffmpegTags(plan.format, tags.tags),
    padding: typeof output === 'string' ? headPadding(plan.format, tags) : null,
    chapterFile,
    bextLength: bextLength(work.kept),
    movieTimescale: movieTimescale && isMovie(work),
    peakMeter,
    mostBytes: tools.limits.resultBytes + 1,
  };
}

/** Packets of other containers have durations that do not suit a length of MP4 in samples (tried: ALAC of CAF). */
function isMovie({ plan: { encoder }, probed }: Work): boolean {
  return encoder.name !== 'copy' || probed.media.container === 'mov';
}

/**
 * A second output of the decoded sound adds 1 to 2 % to the time of a lossy encoder and over 10 % to that of a lossless
 * one. In the latter case the first request for the waveform makes it. The waveform of an original shows its standard track.
 */
function isDrawnInPassing({ waveform, plan: { chain, encoder, options } }: Work): boolean {
  const isStandard = options.track === undefined;
  return (
    waveform === true &&
    isStandard &&
    encoder.depth === null &&
    chain.trim.start === 0 &&
    chain.trim.end === null
  );
}
