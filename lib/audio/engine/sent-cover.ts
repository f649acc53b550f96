import type { Format } from '../formats/formats.ts';
import type { Adaptation } from '../media/adaptations.ts';
import type { PlannedTags } from './result-tags.ts';

/** A picture that becomes the front cover of a result. */
export interface SentCover {
  /** Absolute path of a file of its own. */
  path: string;
  mimeType: string;
}

/** Kinds of pictures that players show of an MP4 file, and that ffmpeg reads from one. */
const IN_MP4: ReadonlySet<string> = new Set(['image/jpeg', 'image/png']);

/** Puts a sent cover in the place of the front cover of the original; a format that cannot hold it tells so. */
export function withCover(format: Format, planned: PlannedTags, cover: SentCover | undefined): PlannedTags {
  if (!cover) return planned;
  const { pictures, adaptations } = planned;
  if (!holds(format, cover)) return { ...planned, adaptations: [...adaptations, LEFT_OUT] };
  return { ...planned, cover: cover.path, pictures: pictures.filter(({ type }) => type !== 'frontCover') };
}

function holds({ pictures, tags, muxer }: Format, { mimeType }: SentCover): boolean {
  return pictures && tags === 'library' && (muxer !== 'ipod' || IN_MP4.has(mimeType));
}

const LEFT_OUT: Adaptation = {
  property: 'coverArt',
  from: 'sent',
  to: 'left out',
  code: 'not_supported',
  reason: 'This format has no place for a picture of this kind.',
};
