import type { Options } from '../formats/options.ts';
import type { Adaptation } from '../media/adaptations.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import { standardName, type Tags } from '../media/tag-names.ts';
import type { Part } from '../plan/split-places.ts';
import { originalTags } from './original-tags.ts';

/** Tags of a part. */
export interface PartTags {
  /** The option `metadata` of its conversion. */
  set: Options['metadata'];
  /** Those that name the part, by standard names. */
  tags: Tags;
  /** Tags of the whole that are no longer true. */
  adaptations: Adaptation[];
}

/** Tags that hold for the whole and for no part of it. */
const OF_WHOLE =
  /^(cuesheet|titleSort|subtitle|isrc|lyrics|replaygain.*|r128_.*|itunnorm|musicbrainz.*Track.*|musicbrainzWorkId|acoustid.*)$/i;

/** Characters of a text in an adaptation. */
const SHORT = 100;

/** The tags of a part: its own, its number, and those of the whole that still hold. Tags of the request win. */
export function partTags(
  { metadata, tagEncoding }: Options,
  probed: Probed,
  { title, tags: own }: Pick<Part, 'title' | 'tags'>,
  { number, total }: { number: number; total: number },
): PartTags {
  const whole = originalTags(probed, tagEncoding);
  const [name] = whole.title ?? [];
  const isLonely = title === null && name !== undefined;
  const titled: Tags = isLonely ? { title: [`${name} (${number}/${total})`] } : {};
  const album = whole.album ?? (title !== null && name !== undefined ? [name] : undefined);
  const tags: Tags = { ...(album && { album }), ...titled, ...own };
  const numbered: Tags = { ...tags, trackNumber: [String(number)], totalTracks: [String(total)] };
  if (metadata === 'strip') return { set: 'strip', tags: { ...whole, ...tags }, adaptations: [] };
  const asked = typeof metadata === 'object' ? metadata : {};
  const set = new Set([...Object.keys(numbered), ...Object.keys(asked)].map(spelled));
  const untrue = Object.entries(whole).filter(([one]) => OF_WHOLE.test(one) && !set.has(spelled(one)));
  const removed = Object.fromEntries(untrue.map(([one]) => [one, null]));
  const rest = Object.entries(numbered).filter(
    ([one]) => !Object.keys(asked).some((each) => spelled(each) === one),
  );
  return {
    set: { ...removed, ...Object.fromEntries(rest.map(([one, values]) => [one, [...values]])), ...asked },
    tags: { ...whole, ...tags },
    adaptations: untrue.map(([one, values]) => outdated(one, values)),
  };
}

function spelled(name: string): string {
  return standardName(name) ?? name.toLowerCase();
}

function outdated(name: string, values: readonly string[]): Adaptation {
  const from = values.join('; ').slice(0, SHORT).toWellFormed();
  const reason = 'It holds for the whole, and not for a part.';
  return { property: `tags.${name}`, from, to: 'left out', code: 'outdated', reason };
}
