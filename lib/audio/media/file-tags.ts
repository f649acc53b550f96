import type { PictureInfo } from './picture.ts';
import type { Tags } from './tag-names.ts';

/** Everything about a file that the library reads, apart from its sound. */
export interface FileTags {
  /** Numbers with their totals are one text, as `3/12`. */
  tags: Tags;
  /** The encoding of texts that were read as Latin-1, if these are clearly of another; null: none was detected. */
  encoding: string | null;
  pictures: readonly HashedPicture[];
  /** Further values of TagLib's map by their names there: `chapters`, `bextData`, `ixml`, `ratings`, ... */
  others: Readonly<Record<string, unknown>>;
}

/** A picture with a hash of its bytes, by which it is found again. */
export interface HashedPicture extends PictureInfo {
  sha256: string;
}
