import type { Format } from '../formats/formats.ts';
import type { Adaptation, AdaptationCode, AdaptationReason } from '../media/adaptations.ts';
import type { HashedPicture } from '../media/file-tags.ts';
import { leftOut } from './lost-tags.ts';

/** Pictures for a result, and those of the original that cannot be kept. */
export interface WantedPictures {
  /** The front cover comes first: containers without types show the first picture. */
  pictures: readonly HashedPicture[];
  adaptations: readonly Adaptation[];
}

/** Bytes and pixels of one picture, and number of pictures; larger ones are hostile. */
const MOST_BYTES = 16 * 1024 ** 2;
const MOST_PIXELS = 100_000_000;
const MOST_PICTURES = 100;

/** Kinds that the atom of MP4 can name. */
const MP4_KINDS: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/bmp']);

/** Chooses the pictures of the original that the container of a result can hold. */
export function wantedPictures(
  { name, pictures: hasPlace, muxer }: Format,
  original: readonly HashedPicture[],
): WantedPictures {
  const refusal = ({ mimeType, bytes, width, height }: HashedPicture, index: number) => {
    if (mimeType === null) return because('unknown_kind', 'It is no picture of a known kind.');
    if (bytes > MOST_BYTES || (width ?? 0) * (height ?? 0) > MOST_PIXELS)
      return because('too_large', 'It is too large.');
    if (!hasPlace) return because('not_supported', `${name} has no place for a picture.`);
    if (muxer === 'ipod' && !MP4_KINDS.has(mimeType))
      return because('not_supported', `${name} stores no pictures of this kind.`);
    return index < MOST_PICTURES ? undefined : because('too_many', 'There are too many pictures.');
  };
  const judged = original.map((picture, index) => ({ picture, reason: refusal(picture, index) }));
  const kept = judged.filter(({ reason }) => reason === undefined).map(({ picture }) => picture);
  return {
    pictures: [...kept.filter(isFront), ...kept.filter((picture) => !isFront(picture))],
    adaptations: judged.flatMap(({ picture, reason }) => (reason ? [leftOut(picture, reason)] : [])),
  };
}

function because(code: AdaptationCode, reason: string): AdaptationReason {
  return { code, reason };
}

function isFront({ type }: HashedPicture): boolean {
  return type === 'frontCover';
}
