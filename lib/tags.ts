import type { Plan } from './plan.ts';

/** How the tags of a result differ from its original's. */
export interface TagChanges {
  /** Whether the original's are taken at all. */
  keep: boolean;
  /** Values by name; an empty one removes the tag. */
  set: Readonly<Record<string, string>>;
}

/** Say how loud a player should make the original; wrong once its level is another (RFC 7845, 5.2.1, for the second). */
const GAIN = /^(replaygain_|r128_)[a-z0-9_]{1,40}$/i;

/** ffmpeg's name of lyrics that came with their language, as ID3v2 has them. */
const LYRICS = /^lyrics-[a-z]{3}$/i;

/** @param original tags by the names that they have in the file */
export function tagChanges(
  { options: { metadata, gain, loudness }, chain: { mix } }: Pick<Plan, 'options' | 'chain'>,
  original: Readonly<Record<string, string>>,
): TagChanges {
  if (metadata === 'strip') return { keep: false, set: {} };
  const names = Object.keys(original);
  const isOtherLevel = (gain ?? 0) !== 0 || loudness !== undefined || mix?.exact === false;
  const outdated = isOtherLevel ? names.filter((name) => GAIN.test(name)) : [];
  const sung = names.filter((name) => LYRICS.test(name));
  const [lyrics] = sung.flatMap((name) => original[name] ?? []);
  const set = {
    ...Object.fromEntries([...outdated, ...sung].map((name) => [name, ''])),
    ...(lyrics !== undefined && original.lyrics === undefined && { lyrics }),
    ...(typeof metadata === 'object' && metadata),
  };
  return { keep: true, set };
}
