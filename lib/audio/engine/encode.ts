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
  /** The original, as `probe` saw it. */
  probed: Probed;
  options: EffectiveOptions;
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

/** A conversion that was thought out. */
export interface Work extends Conversion {
  skipped: number;
  plan: Plan;
  tags: TagChanges;
}

/** One encoding of a conversion. */
export interface Encode {
  level: Level;
  /** Samples of the result, where they had to be counted. */
  length: number | null;
  /** Where ffmpeg does not write it. */
  picture: Picture | null;
}

/** What an encoding alone knows. */
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

/** The beginning says what the result is; how long it is, ffmpeg says, since there is no end to look at yet. */
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
    if ((await sink.commit()) !== size) throw new AppError('unavailable', 'The result was not stored whole.');
    return { media, warnings, size, waveform };
  } finally {
    await sink.abandon();
  }
}

/** Most WAV files are made in less time than ten probes take, and their header says what a probe would. */
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
 * With a lossy encoder a second output of the decoded sound costs one or two parts in a hundred; with a lossless one,
 * which does little but copy, more than ten: there the waveform waits until somebody asks for it.
 */
function isDrawnInPassing({ waveform, plan: { chain, encoder } }: Work): boolean {
  return waveform === true && encoder.depth === null && chain.trim.start === 0 && chain.trim.end === null;
}
