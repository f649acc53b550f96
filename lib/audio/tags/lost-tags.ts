import type { Adaptation, AdaptationReason } from '../media/adaptations.ts';
import type { HashedPicture } from '../media/file-tags.ts';
import type { PictureInfo } from '../media/picture.ts';
import type { Tags } from '../media/tag-names.ts';

/** Maximum characters of a value in an adaptation. */
const SHORT = 100;

/**
 * Names each tag that a result lacks or has in another form. Names of custom tags have no case, and several values have no
 * order.
 * @param format name of the format
 */
export function lostTags(format: string, wanted: Tags, found: Tags): Adaptation[] {
  const byName = new Map(Object.entries(found).map(([name, values]) => [name.toUpperCase(), values]));
  return Object.entries(wanted).flatMap(([name, values]) => {
    const made = byName.get(name.toUpperCase());
    if (made && isSame(values, made)) return [];
    const change = { property: `tags.${name}`, from: shown(values), to: made ? shown(made) : 'left out' };
    return [
      {
        ...change,
        code: made ? 'other_form' : 'not_supported',
        reason: made
          ? `${format} stores this tag in another form.`
          : `${format} has no place for this tag, or its writer does not use it.`,
      },
    ];
  });
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && [...one].sort().join('\0') === [...other].sort().join('\0');
}

function shown(values: readonly string[]): string {
  const text = values.join('; ');
  return text.length > SHORT ? `${text.slice(0, SHORT).toWellFormed()}…` : text;
}

/** Names each picture that a result lacks, or of which it does not keep the type. */
export function lostPictures(
  format: string,
  wanted: readonly HashedPicture[],
  found: readonly HashedPicture[],
): Adaptation[] {
  return wanted.flatMap((picture) => {
    const same = found.filter(({ sha256 }) => sha256 === picture.sha256);
    const made = same.find(({ type }) => type === picture.type) ?? same[0];
    if (!made)
      return [
        leftOut(picture, { code: 'not_supported', reason: `${format} has no place for this picture.` }),
      ];
    if (made.type === picture.type || (picture.type === 'other' && made.type === 'frontCover')) return [];
    const reason = `${format} stores no type of a picture.`;
    return [{ property: 'coverArt', from: picture.type, to: made.type, code: 'other_form', reason }];
  });
}

/** The adaptation for a picture that a result does not have. */
export function leftOut({ type, mimeType, bytes }: PictureInfo, reason: AdaptationReason): Adaptation {
  return {
    property: 'coverArt',
    from: `${type}, ${mimeType ?? 'unknown kind'}, ${bytes} bytes`,
    to: 'left out',
    ...reason,
  };
}
