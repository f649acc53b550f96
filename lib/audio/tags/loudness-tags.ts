import type { Adaptation, AdaptationCode } from '../media/adaptations.ts';
import type { Tags } from '../media/tag-names.ts';
import type { Plan } from '../plan/plan.ts';
import { hasOpusGains, REFERENCE, shownGain, UNITS } from './gain-tags.ts';

/** Tags with the gain or the peak for players, in any spelling; `iTunNORM` is Apple's. */
const LEVEL = /^(replaygain|r128_|itunnorm$)/i;

/** Sound pressure to which ReplayGain 1.0 refers, in dB; it corresponds to -18 LUFS (ReplayGain 2.0 specification). */
const PRESSURE = 89;

/** The largest gain of Opus in its units. */
const MOST = 2 ** 15 - 1;

/** The gains of ReplayGain by their standard names, with their names in Opus. */
const GAINS = [
  { replayGain: 'replaygainTrackGain', opus: 'R128_TRACK_GAIN' },
  { replayGain: 'replaygainAlbumGain', opus: 'R128_ALBUM_GAIN' },
] as const;

/** Tags of a file with its gains in the form of a result, and what the result lacks. */
export interface LoudnessTags {
  tags: Tags;
  adaptations: Adaptation[];
}

/**
 * Gains for players, in the form that the readers of the result know. A change of level makes them wrong. ffmpeg applies
 * the output gain of an Opus header while it decodes, and Opus' gains refer to the sound after it, so that they hold.
 */
export function loudnessTags({ options, chain, format }: LevelPlan, original: Tags): LoudnessTags {
  const names = Object.keys(original).filter((name) => LEVEL.test(name));
  if (names.length === 0 || options.metadata === 'strip') return { tags: original, adaptations: [] };
  const isOtherLevel =
    (options.gain ?? 0) !== 0 || options.loudness !== undefined || chain.mix?.exact === false;
  const others = without(original, names);
  const { replayGain = 'keep' } = options;
  if (replayGain !== 'keep') return { tags: others, adaptations: unmeasured(names, replayGain) };
  if (isOtherLevel)
    return {
      tags: others,
      adaptations: [lost(names, 'outdated', 'They hold for the level of the original.')],
    };
  return hasOpusGains(format) ? forOpus(original, others, names) : forOthers(original);
}

/** Gains of an album that are replaced by none: those of tracks are measured again. */
function unmeasured(names: readonly string[], replayGain: 'track' | 'album' | 'drop'): Adaptation[] {
  const albums = names.filter((name) => /album/i.test(name));
  const reason = 'The album is measured only with replayGain: album.';
  return replayGain === 'track' && albums.length > 0 ? [lost(albums, 'outdated', reason)] : [];
}

type LevelPlan = Pick<Plan, 'options' | 'chain' | 'format'>;

/** Ogg Opus has no place for peaks: its comments should have no tag of ReplayGain (RFC 7845, 5.2.1). */
function forOpus(original: Tags, others: Tags, names: readonly string[]): LoudnessTags {
  const reference = referenceOf(original);
  const gains = new Map<string, readonly string[]>();
  for (const { replayGain, opus } of GAINS) {
    const [stored] = valuesOf(original, opus);
    const units =
      stored === undefined ? toUnits(decibels(valuesOf(original, replayGain)[0]), reference) : Number(stored);
    if (isUnits(units)) gains.set(opus, [String(units)]);
  }
  const tags = { ...others, ...Object.fromEntries(gains) };
  const kept = GAINS.flatMap(({ replayGain, opus }) => (gains.has(opus) ? [replayGain, opus] : []));
  const isKept = (name: string) => kept.some((one) => one.toUpperCase() === name.toUpperCase());
  const gone = names.filter((name) => !isKept(name) && !/reference/i.test(name));
  return {
    tags,
    adaptations: gone.length > 0 ? [lost(gone, 'not_supported', 'Ogg Opus has no place for them.')] : [],
  };
}

/** Opus' gains become those of ReplayGain, unless the original has these as well. */
function forOthers(original: Tags): LoudnessTags {
  const tags = new Map(Object.entries(original).filter(([name]) => !/^r128_(track|album)_gain$/i.test(name)));
  const gone: string[] = [];
  for (const { replayGain, opus } of GAINS) {
    const [stored] = valuesOf(original, opus);
    if (stored === undefined || tags.has(replayGain)) continue;
    const units = Number(stored);
    if (isUnits(units))
      tags.set(replayGain, [shownGain(units / UNITS + REFERENCE.replayGain - REFERENCE.opus)]);
    else gone.push(opus);
  }
  const adaptations = gone.length > 0 ? [lost(gone, 'unreadable', 'They are no numbers.')] : [];
  return { tags: Object.fromEntries(tags), adaptations };
}

function without(tags: Tags, names: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([name]) => !names.includes(name)));
}

/** Values of a tag whose name may be in small letters. */
function valuesOf(tags: Tags, wanted: string): readonly string[] {
  return Object.entries(tags).find(([name]) => name.toUpperCase() === wanted.toUpperCase())?.[1] ?? [];
}

/** LUFS to which the gains of a file refer: `-18.00 LUFS`, or `89.0 dB` of sound pressure. */
function referenceOf(tags: Tags): number {
  const [text = ''] = valuesOf(tags, 'REPLAYGAIN_REFERENCE_LOUDNESS');
  const value = decibels(text);
  if (value === undefined) return REFERENCE.replayGain;
  return /lufs/i.test(text) || value < 0 ? value : value - PRESSURE + REFERENCE.replayGain;
}

/** The number before a unit, as in `-7.89 dB`; undefined if there is none. */
function decibels(text: string | undefined): number | undefined {
  const number = /^\s*([+-]?\d{1,4}(?:[.,]\d{1,10})?)\s*(?:(?:dB|LUFS)\s*)?$/i.exec(text ?? '')?.[1];
  return number === undefined ? undefined : Number(number.replace(',', '.'));
}

function toUnits(gain: number | undefined, reference: number): number {
  return gain === undefined ? Number.NaN : Math.round((gain + REFERENCE.opus - reference) * UNITS);
}

function isUnits(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= MOST;
}

function lost(names: readonly string[], code: AdaptationCode, reason: string): Adaptation {
  return { property: 'loudnessTags', from: names.join(', '), to: 'left out', code, reason };
}
