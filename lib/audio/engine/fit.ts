import type { Tools } from '../ffmpeg/runs.ts';
import type { EffectiveOptions } from '../formats/effective-options.ts';
import { MOST_PARTS } from '../formats/split-option.ts';
import type { Adaptation } from '../media/adaptations.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import { planCopy } from '../plan/copy-plan.ts';
import {
  AIM,
  atBitrate,
  cannotFit,
  chooseFit,
  type FitChoice,
  type FitSound,
  fewestParts,
} from '../plan/fit.ts';
import { planConversion } from '../plan/plan.ts';
import { resultSamples } from '../plan/result-samples.ts';
import { keptChunks } from '../tags/kept-chunks.ts';
import { countSamples } from './analysis-passes.ts';
import { materialOf, type Original } from './corrections.ts';
import type { Made } from './encode.ts';
import { planTags } from './result-tags.ts';
import { pictureBytes, tagBytes } from './tag-size.ts';

/** Part of a limit that a result uses at least, unless its highest useful bitrate is reached. */
const ENOUGH = 0.95;

/** Encodings of one result; all but the last correct the bitrate by the size of the one before. */
const MOST_ENCODINGS = 6;

/** Part of a limit above which the pictures of the original are left out. */
const PICTURES = 0.1;

/** Makes a result of the given options; an original that fits is copied if `planCopy` says so. */
type Make = (effective: EffectiveOptions) => Promise<Made>;

/**
 * Makes a result that stays within the limit of the option `fit`: encodes again at another bitrate if the encoder misses it. Without
 * that option it makes the result as it is.
 * @param sent bytes of a picture that the owner sent
 * @throws `result_too_large` if no bitrate of the codec is low enough
 */
export async function makeFitting(
  tools: Tools,
  effective: EffectiveOptions,
  found: Original,
  sent: number,
  make: Make,
): Promise<Made> {
  const { fit } = effective.options;
  if (!fit) return make(effective);
  const copy = planCopy(planConversion(effective, found.probed), effective, found.probed);
  const copied = copy ? await make(effective) : undefined;
  if (copied?.copied && copied.size <= fit.maxBytes) return copied;
  const encoded = copied ? withoutCopy(effective) : effective;
  const seconds = await countSeconds(tools, effective, found);
  if (copy?.required) throw cannotFit(effective, { seconds, tags: 0 }, found.probed.media.bitrate ?? 0);
  return encodeFitting(chosenFit(encoded, found.probed, seconds, sent), make);
}

/** A choice, and the sound for which it was made. */
interface Chosen extends FitChoice {
  sound: FitSound;
  maxBytes: number;
}

/** Chooses by arithmetic what makes a result fit. Large pictures are left out. @param seconds of the result */
export function chosenFit(effective: EffectiveOptions, probed: Probed, seconds: number, sent = 0): Chosen {
  const { kept, isLarge, sound, maxBytes } = soundToFit(effective, probed, seconds, sent);
  const choice = chooseFit(kept, probed, sound);
  const adaptations = isLarge ? [...choice.adaptations, PICTURES_LEFT_OUT] : choice.adaptations;
  return { ...choice, adaptations, sound, maxBytes };
}

/** The fewest parts that stay within the limit of the option `fit` each, up to `MOST_PARTS`. Throws as `chosenFit`. */
export function partsToFit(effective: EffectiveOptions, probed: Probed, seconds: number): number {
  const { kept, sound } = soundToFit(effective, probed, seconds, 0);
  return fewestParts(kept, probed, sound, MOST_PARTS);
}

/** A sound with its tags, as far as they are kept. */
interface SoundToFit {
  kept: EffectiveOptions;
  /** Whether its pictures are too large. */
  isLarge: boolean;
  sound: FitSound;
  maxBytes: number;
}

function soundToFit(effective: EffectiveOptions, probed: Probed, seconds: number, sent: number): SoundToFit {
  const maxBytes = effective.options.fit?.maxBytes ?? 0;
  const plan = planConversion(effective, probed);
  const planned = planTags(plan, probed);
  const isLarge = pictureBytes(planned) > maxBytes * PICTURES;
  const kept: EffectiveOptions = isLarge
    ? { ...effective, options: { ...effective.options, coverArt: 'strip' } }
    : effective;
  const tags = tagBytes(isLarge ? { ...planned, pictures: [] } : planned, keptChunks(plan, probed).chunks);
  return { kept, isLarge, sound: { seconds, tags: tags + sent }, maxBytes };
}

const PICTURES_LEFT_OUT: Adaptation = {
  property: 'coverArt',
  from: 'found',
  to: 'left out',
  code: 'fitted',
  reason: 'The pictures would take more than a tenth of the size that the option fit allows.',
};

function withoutCopy(effective: EffectiveOptions): EffectiveOptions {
  return { ...effective, asked: { ...effective.asked, audio: 'encode' } };
}

/** Seconds of the result; a pass counts them if the original declares no length on which one can rely. */
async function countSeconds(tools: Tools, effective: EffectiveOptions, found: Original): Promise<number> {
  const plan = planConversion(effective, found.probed);
  const samples =
    resultSamples(plan, found.probed) ??
    (await countSamples(tools, { ...found, ...materialOf(found), plan }));
  return samples / plan.sampleRate;
}

/** An encoding that was tried. */
interface Tried {
  bitrate: number;
  size: number;
}

async function encodeFitting(first: Chosen, make: Make): Promise<Made> {
  const { maxBytes } = first;
  const tried: Tried[] = [];
  let choice: FitChoice = first;
  for (;;) {
    const made = await make(choice.effective);
    tried.push({ bitrate: choice.bitrate, size: made.size });
    const next = nextBitrate(first, tried);
    if (next === undefined && made.size <= maxBytes)
      return { ...made, adaptations: [...retold(choice.adaptations, tried, first), ...made.adaptations] };
    if (next === undefined)
      throw cannotFit(first.effective, first.sound, first.least * (made.size / maxBytes));
    choice = atBitrate(choice, next);
  }
}

/** The bitrate of the next encoding; undefined if the last one stays, or if none is left. */
function nextBitrate(first: Chosen, tried: readonly Tried[]): number | undefined {
  const { maxBytes, sound, least, most } = first;
  const last = tried.at(-1);
  if (!last) return first.bitrate;
  const fitting = highest(tried.filter(({ size }) => size <= maxBytes));
  const isOver = last.size > maxBytes;
  if (!isOver && isEnough(first, tried)) return undefined;
  if (tried.length >= MOST_ENCODINGS) return fitting && fitting !== last ? fitting.bitrate : undefined;
  const lowest = Math.min(...tried.filter(({ size }) => size > maxBytes).map(({ bitrate }) => bitrate));
  const scaled = (last.bitrate * (maxBytes * AIM - sound.tags)) / Math.max(1, last.size - sound.tags);
  const inside = scaled < lowest && scaled > (fitting?.bitrate ?? 0);
  const guess = inside ? scaled : (Math.min(lowest, most) + (fitting?.bitrate ?? least)) / 2;
  const next = Math.floor(Math.min(Math.max(guess, least), most));
  if (next !== last.bitrate && !tried.some(({ bitrate }) => bitrate === next)) return next;
  return fitting && fitting !== last ? fitting.bitrate : undefined;
}

/** Whether a fitting encoding needs no further one: more bits would not be used, or are not possible. */
function isEnough({ maxBytes, most, isCoarse }: Chosen, tried: readonly Tried[]): boolean {
  const [last, before] = [tried.at(-1), tried.at(-2)];
  if (!last) return false;
  const isIdle = before !== undefined && last.bitrate > before.bitrate && last.size < before.size * 1.005;
  const isBest = isCoarse || last.bitrate >= most || isIdle || isRepeated(last, tried);
  return isBest || last.size >= maxBytes * ENOUGH;
}

/** Whether the last encoding took the best bitrate of an earlier one again. */
function isRepeated(last: Tried, tried: readonly Tried[]): boolean {
  return tried.filter(({ bitrate }) => bitrate === last.bitrate).length > 1;
}

function highest(tried: readonly Tried[]): Tried | undefined {
  return tried.reduce<Tried | undefined>(
    (best, each) => (best && best.bitrate >= each.bitrate ? best : each),
    undefined,
  );
}

/** Tells how often a result was encoded, and why it uses less than it may. */
function retold(
  adaptations: readonly Adaptation[],
  tried: readonly Tried[],
  { maxBytes, most, isCoarse }: Chosen,
): Adaptation[] {
  const [first, last] = [tried[0], tried.at(-1)];
  if (!first || !last) return [...adaptations];
  const again = ` Encoded ${tried.length} times: ${first.bitrate} bits a second gave ${first.size} bytes.`;
  const limit = last.bitrate >= most ? HIGHEST : isCoarse ? COARSE : IDLE;
  const added = `${tried.length > 1 ? again : ''}${last.size < maxBytes * ENOUGH ? limit : ''}`;
  return adaptations.map((each) =>
    each.property === 'bitrate' ? { ...each, reason: each.reason + added } : each,
  );
}

const HIGHEST = ' No higher bitrate is useful.';
const COARSE = ' The format has no size nearer to the limit.';
const IDLE = ' The encoder comes no nearer to the limit with this sound.';
