import type { CoverChange } from './cover.ts';
import type { Options } from './options.ts';
import type { Media } from './task.ts';

/** Options that have an editor of their own. */
export const EDITED = ['metadata', 'coverArt', 'chapters'] as const;

/** The properties of an original that an editor starts from. */
type EditedMedia = Pick<Media, 'tags' | 'chapters' | 'coverArt'>;

/** The tags, the cover and the chapters of the next output of a file while somebody edits them. */
export interface EditedOutput {
  /** Properties of the original. */
  media: EditedMedia;
  options: Options;
  onChange: (options: Options) => void;
  cover: CoverChange;
  onCover: (cover: CoverChange) => void;
  /** The picture that the next output gets without a change; undefined without one. */
  present: PresentCover | undefined;
  /** Whether the service has a picture that was sent in place of the original's. */
  hasSent: boolean;
  /** Seconds of the original at which another chapter begins. */
  position: number;
}

export interface PresentCover {
  /** Differs where the picture may be another one. */
  key: string;
  isOriginal: boolean;
  /** Loads the picture, and gives an address in the page. */
  load: () => Promise<string>;
}
