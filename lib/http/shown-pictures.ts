import { pictureKind } from '../tasks/cover-image.ts';

/** Kinds of pictures that browsers show and that hold no scripts. */
const SHOWN: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif']);

/** Media type of a picture by its bytes; undefined for a kind that browsers do not show. */
export function shownKind(picture: Uint8Array): string | undefined {
  const { mimeType } = pictureKind(picture);
  return mimeType !== null && SHOWN.has(mimeType) ? mimeType : undefined;
}
