import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { AppError, isFailure } from '../../runtime/errors.ts';
import { convertArguments } from '../ffmpeg/arguments.ts';
import { conversionFailure, hasComplaints, nothingDecoded } from '../ffmpeg/exit-errors.ts';
import type { Source } from '../ffmpeg/input.ts';
import type { Output, Sink } from '../ffmpeg/output.ts';
import { probe } from '../ffmpeg/probe.ts';
import { decode, folderOf, type Tools } from '../ffmpeg/runs.ts';
import type { EffectiveOptions } from '../formats/effective-options.ts';
import type { Format } from '../formats/formats.ts';
import { type Probed, shownTags } from '../media/ffprobe-output.ts';
import type { Adaptation, MediaInfo } from '../media/media-info.ts';
import type { Picture } from '../media/picture.ts';
import type { TagChanges } from '../media/tag-names.ts';
import { readWavHeader } from '../media/wav-header.ts';
import type { Level } from '../plan/filters.ts';
import type { Plan } from '../plan/plan.ts';
import { addId3Chunk, writePictureTag } from '../tags/cover-art.ts';
import { finalTags } from '../tags/tag-changes.ts';
import { createPeaks, type Waveform } from '../waveform/peaks.ts';
import { checkResult, type Decoded } from './result-check.ts';

export interface Conversion {
  input: Source;
  output: Output;
  format: Format;
  /** Result of `probe` for the original. */
  probed: Probed;
  options: EffectiveOptions;
  /** Whether to draw the original's waveform as well, if that is cheap. */
  waveform?: boolean;
  /** Receives rising values of 0 to 1. */
  onProgress: (fraction: number) => void;
  signal: AbortSignal;
}

/** The outcome of a conversion. */
export interface Made {
  media: MediaInfo;
  /** Sentences for people. */
  warnings: string[];
  adaptations: readonly Adaptation[];
  /** Media information of the original, with its loudness if that was measured. */
  original: MediaInfo;
  /** Waveform of the original; null if it was not requested or not cheap. */
  waveform: Waveform | null;
  /** Bytes. */
  size: number;
}

/** A conversion with its plan. */
export interface Work extends Conversion {
  /** Seconds of the original before the first sample of the result. */
  skipped: number;
  plan: Plan;
  tags: TagChanges;
}

/** One encoding of a conversion. */
export interface Encode {
  level: Level;
  /** Samples of the result; null if they were not counted. */
  length: number | null;
  /** The picture that this service writes; null if there is none or ffmpeg writes it. */
  picture: Picture | null;
}

/** The part of the outcome that one encoding gives. */
export type Encoded = Omit<Made, 'original' | 'adaptations'>;

export async function convertToFile(tools: Tools, work: Work, how: Encode, output: string): Promise<Encoded> {
  const { plan, probed, tags } = work;
  const { waveform, ...decoded } = await encode(tools, work, how, undefined);
  const written = finalTags(tags, probed.tags);
  if (plan.format.cover === 'chunk') await addId3Chunk(output, written, how.picture);
  const made = await lookAtResult(tools, work, output, { tags: written, coverArt: how.picture !== null });
  const { size } = await stat(output);
  const reckoned = probed.estimated;
  const warnings = checkResult(plan, tools.limits, { ...decoded, reckoned }, { ...made, size });
  return { media: made.media, warnings, size, waveform };
}

/** Streams a result. A probe of its first bytes gives the media information; ffmpeg's progress gives the duration. */
export async function convertToSink(tools: Tools, work: Work, how: Encode, sink: Sink): Promise<Encoded> {
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
    const warnings = checkResult(plan, tools.limits, seen, { media, estimated: false, size });
    if ((await sink.commit()) !== size)
      throw new AppError('unavailable', 'The storage did not store the whole result.');
    return { media, warnings, size, waveform };
  } finally {
    await sink.abandon();
  }
}

/** Reads the header of a WAV file instead of a probe: most WAV files take less time than ten probes. */
async function lookAtResult(
  tools: Tools,
  { plan, signal }: Work,
  output: string,
  { tags, coverArt }: Pick<MediaInfo, 'tags' | 'coverArt'>,
): Promise<Pick<Probed, 'media' | 'estimated'>> {
  const header = plan.format.muxer === 'wav' ? await readWavHeader(output) : undefined;
  if (!header) return probeResult(tools, output, signal);
  return { media: { ...header, tags: shownTags(tags), coverArt, loudness: null }, estimated: false };
}

/** A failure code would blame the original; an unreadable result is a fault of the service. Throws `unavailable`. */
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
  const peaks = isDrawnInPassing(work) ? createPeaks(work.probed.media.sampleRate) : undefined;
  const { movieTimescale } = tools.binaries;
  const isTag = picture !== null && plan.format.cover === 'tag';
  const pictureTag = isTag ? await writePictureTag(folderOf(output), picture) : null;
  const args = convertArguments({
    input,
    output,
    drawn: peaks !== undefined,
    plan,
    level,
    length,
    tags,
    pictureTag,
    movieTimescale,
    mostBytes: tools.limits.resultBytes + 1,
  });
  const onSeconds = (seconds: number) => {
    if (plan.seconds) onProgress(Math.min(1, seconds / plan.seconds));
  };
  const listeners = { sink, output: sink?.read, sound: peaks?.read, onSeconds };
  const { seconds, ending } = await decode(tools, work, args, listeners);
  if (ending.code !== 0) throw conversionFailure(ending, plan.format, tools.limits);
  const complained = hasComplaints(ending.stderr);
  if (seconds === 0) throw nothingDecoded(complained);
  return { seconds, complained, waveform: peaks?.waveform() ?? null };
}

/**
 * A second output of the decoded sound adds 1 to 2 % to the time of a lossy encoder and over 10 % to that of a lossless
 * one. In the latter case the first request for the waveform makes it.
 */
function isDrawnInPassing({ waveform, plan: { chain, encoder } }: Work): boolean {
  return waveform === true && encoder.depth === null && chain.trim.start === 0 && chain.trim.end === null;
}
