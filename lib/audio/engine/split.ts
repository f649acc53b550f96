import type { Source } from '../ffmpeg/input.ts';
import { decode, type Tools } from '../ffmpeg/runs.ts';
import { type EffectiveOptions, effectiveOptions } from '../formats/effective-options.ts';
import { findFormat } from '../formats/formats.ts';
import type { Options } from '../formats/options.ts';
import { fitOfParts } from '../formats/split-option.ts';
import type { Adaptation } from '../media/adaptations.ts';
import type { CueSheet } from '../media/cue-sheet.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import { readFlacCueSheet } from '../media/flac-cue-sheet.ts';
import type { Tags } from '../media/tag-names.ts';
import { takeTrack } from '../media/tracks.ts';
import { planCopy } from '../plan/copy-plan.ts';
import { type Level, UNCHANGED } from '../plan/filters.ts';
import { planConversion } from '../plan/plan.ts';
import { planParts } from '../plan/split.ts';
import { cannotSplit, type Part, type SplitSound } from '../plan/split-places.ts';
import { partTags } from '../tags/part-tags.ts';
import { countSamples, measure } from './analysis-passes.ts';
import { corrected, materialOf, type Original } from './corrections.ts';
import { partsToFit } from './fit.ts';
import { firstLevel, isTolerated } from './loudness.ts';
import { tooQuiet } from './loudness-normalization.ts';
import { type PlacedPart, packetPlaces } from './packet-places.ts';
import type { PlannedOriginal } from './planned-result.ts';
import { trimSilentEnds } from './silent-ends.ts';

/** One part as a conversion of its own. */
export interface PlannedPart {
  /** From 1. */
  number: number;
  total: number;
  /** Options with the part's `start`, `end` and tags, and without those of the whole. */
  options: EffectiveOptions;
  /** Level of the whole, where a loudness was asked for. */
  level?: Level | undefined;
  /** Tags that name the part: its own, or those of the whole. */
  tags: Tags;
  isTitled: boolean;
  /** Share of the whole. */
  share: number;
  adaptations: readonly Adaptation[];
}

/** An original whose options ask for parts. */
export interface SplitRequest {
  input: Source;
  probed: Probed;
  options: EffectiveOptions;
  /** Number of parts where only their size is asked for. */
  count: number;
  signal: AbortSignal;
}

/**
 * Plans the parts of an original, and makes none. Together they are the sound between the options `start` and `end`, to the sample; if
 * packets are copied, to the packet. Throws `cannot_split`, and as `convert`.
 */
export async function planSplit(tools: Tools, request: SplitRequest): Promise<PlannedPart[]> {
  const { input, probed, signal } = request;
  return corrected(tools, { original: input, probed, signal }, async (found) => {
    const { effective, adaptations } = await trimSilentEnds(tools, request.options, found);
    const length = declaredSamples(found.probed) ?? (await samplesOf(tools, found));
    const sheet = await sheetIn(found.original, found.probed, effective);
    const sound = { ...within(found.probed, length, effective), sheet };
    const parts = planParts(effective, sound, countOf(effective, sound) ?? request.count);
    const whole = withoutSplit(effective);
    const copy = planCopy(planConversion(whole, found.probed), whole, found.probed);
    const placed = copy?.required
      ? await packetPlaces(tools, found, parts, effective.options)
      : parts.map(exactly(sound, effective.options));
    const level = await levelOf(tools, found, effective);
    const told = [...adaptations, ...level.adaptations];
    return placed.map((part, index) => {
      const number = { number: index + 1, total: placed.length };
      const own = planned(effective, found.probed, part, number);
      const share = ((part.end ?? sound.last) - part.start) / (sound.last - sound.first);
      // The first part tells what concerns the whole.
      const adaptations = [...(index === 0 ? told : []), ...own.adaptations];
      return { ...own, level: level.level, share, adaptations };
    });
  });
}

/** Seconds by which a lossy original may be shorter than it declares. */
const PADDING = 0.1;

/** Plans parts for an answer about their sizes: without the loudness of the whole, and without its packets. */
export async function placeParts(
  tools: Tools,
  { input, probed: all, options, signal }: PlannedOriginal,
  count: number,
): Promise<Omit<PlannedPart, 'level' | 'share'>[]> {
  const probed = takeTrack(all, options.options.track);
  const found = input === null ? null : { original: input, probed, signal };
  const { effective } = found ? await trimSilentEnds(tools, options, found) : { effective: options };
  const { duration, sampleRate } = probed.media;
  const isUnknown = duration === null || probed.estimated;
  const counted = found && isUnknown ? await samplesOf(tools, found) : null;
  const sheet = await sheetIn(input, probed, effective);
  const length = counted ?? Math.round((duration ?? 0) * sampleRate);
  const sound = { ...within(probed, length, effective), sheet, padding: probed.depth === null ? PADDING : 0 };
  const parts = planParts(effective, sound, countOf(effective, sound) ?? count).map(
    exactly(sound, effective.options),
  );
  return parts.map((part, index) =>
    planned(effective, probed, part, { number: index + 1, total: parts.length }),
  );
}

/** Number of the parts that have to fit; undefined if the options ask otherwise. */
function countOf(
  effective: EffectiveOptions,
  { probed, sampleRate, first, last }: SplitSound,
): number | undefined {
  const fit = fitOfParts(effective.options.split);
  if (!fit) return undefined;
  const whole = withoutSplit(effective);
  const fitted = { ...whole, options: { ...whole.options, fit } };
  return partsToFit(fitted, probed, (last - first) / sampleRate);
}

/** Options and tags of one part. */
function planned(
  effective: EffectiveOptions,
  probed: Probed,
  part: PlacedPart,
  number: Pick<PlannedPart, 'number' | 'total'>,
): Omit<PlannedPart, 'level' | 'share'> {
  const { options } = effective;
  const { set, tags, adaptations } = partTags(options, probed, part, number);
  return {
    ...number,
    options: optionsOf(withoutSplit(effective), part, set, options.split),
    tags,
    isTitled: part.title !== null,
    adaptations: [...part.adaptations, ...adaptations],
  };
}

/** A part is exact to the sample; the whole begins and ends where its options say. */
function exactly(
  { sampleRate }: SplitSound,
  { start, end }: Options,
): (part: Part, index: number) => PlacedPart {
  return (part, index) => ({
    ...part,
    from: index === 0 ? start : part.start / sampleRate,
    to: part.end === null ? end : part.end / sampleRate,
  });
}

/** Options of the whole as one result. */
export function withoutSplit({ asked, options, ...rest }: EffectiveOptions): EffectiveOptions {
  return { ...rest, asked: ofParts(asked), options: ofParts(options) };
}

/** Options that apply to each part and not to the whole alone. */
function ofParts({ split: _, loudness: __, trimSilence: ___, ...others }: Options): Options {
  return others;
}

/** A part between chapters has none of its own. */
function optionsOf(
  whole: EffectiveOptions,
  { from, to }: PlacedPart,
  metadata: Options['metadata'],
  split: Options['split'],
): EffectiveOptions {
  const isOfChapters = split === 'chapters' || (split !== undefined && 'chapters' in split);
  const fit = fitOfParts(split);
  const own: Options = {
    ...(fit && { fit }),
    ...(from !== undefined && { start: from }),
    ...(to !== undefined && { end: to }),
    ...(metadata !== undefined && { metadata }),
    ...(isOfChapters && { chapters: 'strip' }),
  };
  const { asked, options } = whole;
  return { ...whole, asked: { ...asked, ...own }, options: { ...options, ...own } };
}

/** The sound of so many samples, within `start` and `end`. */
function within(probed: Probed, length: number, { options }: EffectiveOptions): SplitSound {
  const { sampleRate } = probed.media;
  const first = Math.round((options.start ?? 0) * sampleRate);
  const last = Math.min(length, Math.round((options.end ?? Number.POSITIVE_INFINITY) * sampleRate));
  if (last <= first) throw cannotSplit('There is no sound between start and end.');
  return { probed, sampleRate, first, last, isCut: last < length };
}

/** The CUE sheet in a block of a FLAC file, if the options ask for the file's own. */
async function sheetIn(
  input: Source | null,
  { media }: Probed,
  { options: { split } }: EffectiveOptions,
): Promise<CueSheet | undefined> {
  const isOwn = typeof split === 'object' && 'cue' in split && split.cue === true;
  if (!isOwn || typeof input !== 'string' || media.container !== 'flac') return undefined;
  return readFlacCueSheet(input, media.sampleRate);
}

/** Samples that the original declares; null if it declares no length on which one can rely: many lossy files count their padding. */
function declaredSamples({ media: { duration, sampleRate }, estimated, depth }: Probed): number | null {
  return duration === null || estimated || depth === null ? null : Math.round(duration * sampleRate);
}

/** Counts the samples of an original that declares no length on which one can rely. */
async function samplesOf(tools: Tools, found: Original): Promise<number> {
  const format = findFormat('wav');
  if (!format) throw new TypeError('there is no format wav');
  const plan = planConversion(effectiveOptions(format, {}), found.probed);
  return countSamples(tools, { ...found, ...materialOf(found), plan });
}

/** One gain for all parts, from the loudness of the whole. */
async function levelOf(
  tools: Tools,
  found: Original,
  effective: EffectiveOptions,
): Promise<{ level: Level | undefined; adaptations: readonly Adaptation[] }> {
  const { loudness } = effective.options;
  if (!loudness) return { level: undefined, adaptations: [] };
  const plan = planConversion(effective, found.probed);
  const measured = await measure(
    tools,
    materialOf(found),
    plan.chain,
    null,
    decode,
    loudness.dualMono === 'yes',
  );
  if (!measured) return { level: UNCHANGED, adaptations: [tooQuiet(loudness)] };
  const level = isTolerated(loudness, measured)
    ? UNCHANGED
    : firstLevel(loudness, measured, plan.encoder.depth === null);
  return { level, adaptations: [] };
}
