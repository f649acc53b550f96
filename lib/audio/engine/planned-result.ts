import { selectedSound } from '../ffmpeg/arguments.ts';
import { type Excerpt, excerptArguments } from '../ffmpeg/excerpt-arguments.ts';
import { decodingFailure } from '../ffmpeg/exit-errors.ts';
import type { Source } from '../ffmpeg/input.ts';
import { decode, type Tools } from '../ffmpeg/runs.ts';
import type { EffectiveOptions } from '../formats/effective-options.ts';
import type { Adaptation } from '../media/adaptations.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import { takeTrack } from '../media/tracks.ts';
import { planCopy } from '../plan/copy-plan.ts';
import {
  type Encoded,
  type ExpectedSize,
  fittedSize,
  ratedSize,
  sampledSize,
} from '../plan/expected-size.ts';
import { frameFileSize } from '../plan/frame-size.ts';
import { type Plan, planConversion } from '../plan/plan.ts';
import { resultSamples } from '../plan/result-samples.ts';
import { sampleFileSize } from '../plan/sample-size.ts';
import { workSeconds } from '../plan/work.ts';
import { expectedGains } from '../tags/gain-tags.ts';
import { keptChunks } from '../tags/kept-chunks.ts';
import { lostTags } from '../tags/lost-tags.ts';
import { chosenFit } from './fit.ts';
import { headPadding, type PlannedTags, planTags } from './result-tags.ts';
import { type Trimmed, trimSilentEnds } from './silent-ends.ts';
import { tagBytes } from './tag-size.ts';

/** The expected result of a conversion, and its cost. */
export interface PlannedResult {
  /** Whether the packets of the original will be copied. */
  copied: boolean;
  /** ffprobe's name of the codec. */
  codec: string;
  /** Hz. */
  sampleRate: number;
  channels: number;
  /** Null if the codec has no depth. */
  bitDepth: number | null;
  /** Constant bits a second; null for a variable rate, and for samples. */
  bitrate: number | null;
  /** Seconds; null if the original declares none. */
  duration: number | null;
  /** Null if the duration is unknown. */
  bytes: ExpectedSize | null;
  /** Seconds of computing time of one core; null if the duration is unknown. */
  work: number | null;
  adaptations: readonly Adaptation[];
}

/** An original with the options of its conversion. */
export interface PlannedOriginal {
  /** Null if only its media information is known. */
  input: Source | null;
  probed: Probed;
  options: EffectiveOptions;
  signal: AbortSignal;
}

/**
 * Plans a conversion as `convert` does, and converts nothing: of a result with a variable bitrate, it encodes a few seconds to find
 * its size. Throws as the plan of a conversion.
 */
export async function planResult(tools: Tools, original: PlannedOriginal): Promise<PlannedResult> {
  const probed = takeTrack(original.probed, original.options.options.track);
  const trimmed = await trimmedOptions(tools, original, probed);
  const copy = planCopy(planConversion(trimmed.options, probed), trimmed.options, probed);
  const { options, adaptations } = copy ? { ...trimmed, adaptations: [] } : fittedOptions(trimmed, probed);
  const encoding = planConversion(options, probed);
  const plan = copy?.plan ?? encoding;
  const tags = planTags(plan, probed);
  const chunks = keptChunks(plan, probed);
  const { codec, depth } = plan.encoder;
  const bytes = copy
    ? copiedSize(plan, probed)
    : await encodedSize(tools, { ...trimmed, probed }, plan, {
        tags,
        bytes: tagBytes({ ...tags, tags: { ...tags.tags, ...expectedGains(plan) } }, chunks.chunks),
      });
  return {
    copied: copy !== null,
    codec,
    sampleRate: plan.sampleRate,
    channels: plan.channels,
    bitDepth: copy ? probed.media.bitDepth : (depth?.bits ?? null),
    bitrate: copy ? probed.media.bitrate : plan.bitrate,
    duration: plan.seconds,
    bytes: bytes && trimmed.isShorter ? { ...bytes, least: 0, exact: false } : bytes,
    work: plan.seconds === null ? null : workSeconds(plan, probed.media, plan.seconds),
    adaptations: [
      ...trimmed.adaptations,
      ...adaptations,
      ...plan.adaptations,
      ...chunks.adaptations,
      ...tags.adaptations,
      ...untagged(plan, tags),
    ],
  };
}

/** The original without the silence that the option `trimSilence` leaves out; without a file, nobody knows how much that is. */
async function trimmedOptions(
  tools: Tools,
  original: PlannedOriginal,
  probed: Probed,
): Promise<PlannedOriginal & Pick<Trimmed, 'adaptations'> & { isShorter: boolean }> {
  const { input, options, signal } = original;
  if (input === null)
    return { ...original, adaptations: [], isShorter: options.options.trimSilence !== undefined };
  const { effective, adaptations } = await trimSilentEnds(tools, options, {
    original: input,
    probed,
    signal,
  });
  return { ...original, options: effective, adaptations, isShorter: false };
}

/** The options with what the option `fit` will choose. */
function fittedOptions(
  { options }: PlannedOriginal,
  probed: Probed,
): { options: EffectiveOptions; adaptations: readonly Adaptation[] } {
  const seconds = planConversion(options, probed).seconds;
  if (!options.options.fit || seconds === null) return { options, adaptations: [] };
  const { effective, adaptations } = chosenFit(options, probed, seconds);
  return { options: effective, adaptations };
}

function untagged({ format }: Plan, { tags }: PlannedTags): Adaptation[] {
  return format.tags === 'none' ? lostTags(format.name, tags, {}) : [];
}

/** Packets keep their bytes; the container around them may be another one. */
function copiedSize({ seconds }: Plan, { media }: Probed): ExpectedSize | null {
  const whole = media.size ?? ((media.bitrate ?? 0) * (media.duration ?? 0)) / 8;
  if (whole === 0 || seconds === null || !media.duration) return null;
  const likely = (whole * Math.min(seconds, media.duration)) / media.duration;
  const [least, most] = [Math.floor(likely * 0.97), Math.ceil(likely * 1.03)];
  return { least, likely: Math.round(likely), most, exact: false };
}

/** Tags of a result with an estimate of their bytes. */
interface TagSize {
  tags: PlannedTags;
  bytes: number;
}

async function encodedSize(
  tools: Tools,
  original: PlannedOriginal,
  plan: Plan,
  { tags, bytes }: TagSize,
): Promise<ExpectedSize | null> {
  const { probed } = original;
  const { seconds } = plan;
  if (seconds === null) return null;
  if (plan.options.fit) return fittedSize(plan, seconds, bytes, plan.options.fit);
  const samples = resultSamples(plan, probed);
  const reserved = headPadding(plan.format, tags);
  const writer = tools.binaries.ffmpeg.writer;
  if (samples !== null && writer !== null) {
    const size = sampleFileSize(plan, samples, writer) ?? frameFileSize(plan, samples, writer, reserved);
    if (size !== undefined) return known(size, reserved === null ? bytes : 0);
  }
  const encoded = await encodeExcerpts(tools, original, plan, seconds);
  return encoded ? sampledSize(plan, seconds, encoded, bytes) : ratedSize(plan, seconds, bytes);
}

/** Sound whose size is known, with tags whose size is estimated. */
function known(sound: number, tags: number): ExpectedSize {
  return { least: sound, likely: sound + tags, most: sound + tags * 2, exact: tags === 0 };
}

/** Seconds of a sound that is encoded whole, and of the excerpts of a longer one with the places where they begin. */
const WHOLE = 20;
const EXCERPT = 4;
const PLACES = [0.04, 0.28, 0.52, 0.76] as const;

/** Undefined if there is no file to read, or if it is read as a stream. */
async function encodeExcerpts(
  tools: Tools,
  { input, probed, signal }: PlannedOriginal,
  plan: Plan,
  seconds: number,
): Promise<Encoded | undefined> {
  if (typeof input !== 'string') return undefined;
  const first = plan.chain.trim.start / probed.media.sampleRate;
  const whole = seconds <= WHOLE;
  const excerpts: Excerpt[] = whole
    ? [{ start: first, seconds }]
    : PLACES.map((place) => ({ start: first + place * seconds, seconds: EXCERPT }));
  const rates: number[] = [];
  for (const excerpt of excerpts) {
    const bytes = await encodeExcerpt(tools, { input, probed, signal }, plan, excerpt);
    rates.push(bytes / excerpt.seconds);
  }
  return { rates, whole };
}

async function encodeExcerpt(
  tools: Tools,
  material: { input: string; probed: Probed; signal: AbortSignal },
  plan: Plan,
  excerpt: Excerpt,
): Promise<number> {
  let bytes = 0;
  const args = excerptArguments(selectedSound(material.input, material.probed), plan, excerpt);
  const { ending } = await decode(tools, material, args, {
    async output(pipe) {
      for await (const chunk of pipe) bytes += Buffer.byteLength(chunk);
    },
  });
  if (ending.code !== 0) throw decodingFailure(ending);
  return bytes;
}
