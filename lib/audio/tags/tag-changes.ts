import { TAG_NAMES, type TagName } from '../formats/options.ts';
import { LYRICS } from '../media/ffprobe-output.ts';
import { isTechnical, type TagChanges } from '../media/tag-names.ts';
import type { Plan } from '../plan/plan.ts';

/** Tags with the gain for players, which are wrong after a change of level (RFC 7845, 5.2.1, for the second). */
const GAIN = /^(replaygain_|r128_)[a-z0-9_]{1,40}$/i;

/**
 * Changes from the tags of an original to those of its result.
 * @param original tags by their names in the file
 */
export function tagChanges(
  { options: { metadata, gain, loudness }, chain: { mix } }: Pick<Plan, 'options' | 'chain'>,
  original: Readonly<Record<string, string>>,
): TagChanges {
  if (metadata === 'strip') return { keep: false, set: {} };
  const names = Object.keys(original);
  const isOtherLevel = (gain ?? 0) !== 0 || loudness !== undefined || mix?.exact === false;
  const outdated = isOtherLevel ? names.filter((name) => GAIN.test(name)) : [];
  const sung = names.filter((name) => LYRICS.test(name));
  const set = {
    ...Object.fromEntries([...outdated, ...sung].map((name) => [name, ''])),
    ...Object.fromEntries(Object.entries(original).flatMap(([name, value]) => standardTag(name, value))),
    ...(typeof metadata === 'object' && metadata),
  };
  return { keep: true, set };
}

/** Sets tags again that ffprobe reads and an older ffmpeg does not: the ID3 chunk of RIFF, lyrics with a language. */
function standardTag(name: string, value: string): [TagName, string][] {
  const standard = name.toLowerCase().replace(LYRICS, 'lyrics');
  return TAG_NAMES.filter((tag) => tag === standard).map((tag) => [tag, value]);
}

/** All tags of a result, for chunks that ffmpeg does not write. */
export function finalTags(
  { keep, set }: TagChanges,
  original: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const kept = Object.entries(keep ? original : {}).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  const changed = Object.entries(set).map(([name, value]) => [name.toLowerCase(), value] as const);
  const all = Object.entries(Object.fromEntries([...kept, ...changed]));
  return Object.fromEntries(all.filter(([name, value]) => value !== '' && !isTechnical(name)));
}
