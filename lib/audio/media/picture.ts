/** Types of pictures by their numbers in ID3 (id3.org, ID3v2.4.0 frames, 4.14), which FLAC and ASF use too. */
export const PICTURE_TYPES = [
  'other',
  'fileIcon',
  'otherFileIcon',
  'frontCover',
  'backCover',
  'leafletPage',
  'media',
  'leadArtist',
  'artist',
  'conductor',
  'band',
  'composer',
  'lyricist',
  'recordingLocation',
  'duringRecording',
  'duringPerformance',
  'movieScreenCapture',
  'colouredFish',
  'illustration',
  'bandLogo',
  'publisherLogo',
] as const;

export type PictureType = (typeof PICTURE_TYPES)[number];

/** An embedded picture, as its bytes describe it. */
export interface PictureInfo {
  type: PictureType;
  /** Null if the bytes are no picture of a known kind. */
  mimeType: string | null;
  /** Pixels; null if unknown. */
  width: number | null;
  height: number | null;
  /** Size. */
  bytes: number;
}
