import type { Format } from './formats.ts';

/** How a container stores chapters. */
export interface ChapterPlace {
  /**
   * ffmpeg's muxer writes them itself; or they are Vorbis comments, for muxers that write none; or this service adds cue
   * points or markers to the finished file.
   */
  readonly kind: 'muxer' | 'comments' | 'cues' | 'markers';
  /** Whether the address of a page can stand there, and that of a picture. */
  readonly url: boolean;
  readonly image: boolean;
}

const ID3: ChapterPlace = { kind: 'muxer', url: true, image: true };
const COMMENTS: ChapterPlace = { kind: 'comments', url: true, image: true };
const MP4: ChapterPlace = { kind: 'muxer', url: false, image: false };

/** By ffmpeg's muxer. MP4 has Nero's `chpl` and a text track, ID3 has CHAP and CTOC, Matroska its element Chapters. */
const PLACES: Readonly<Record<string, ChapterPlace>> = {
  mp3: ID3,
  adts: ID3,
  ipod: MP4,
  mp4: MP4,
  mov: MP4,
  matroska: { kind: 'muxer', url: true, image: true },
  webm: { kind: 'muxer', url: false, image: false },
  asf: { kind: 'muxer', url: false, image: false },
  ogg: COMMENTS,
  oga: COMMENTS,
  opus: COMMENTS,
  flac: COMMENTS,
  wav: { kind: 'cues', url: false, image: false },
  aiff: { kind: 'markers', url: false, image: false },
};

/** The place of chapters in a format; undefined if it has none. */
export function chapterPlace({ muxer }: Pick<Format, 'muxer'>): ChapterPlace | undefined {
  return Object.hasOwn(PLACES, muxer) ? PLACES[muxer] : undefined;
}
