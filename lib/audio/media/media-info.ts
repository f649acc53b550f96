import type { Chapter } from './chapters.ts';
import type { PictureInfo } from './picture.ts';
import type { Tags } from './tag-names.ts';

/** Media information of a file. Units: seconds, Hz, bits, bits a second. */
export interface MediaInfo {
  /** Short name of the demuxer's container (`wav`, `mp3`, `ogg`, `mov`, ...). */
  container: string;
  /** Short name of the codec of the audio stream (`pcm_s16le`, `mp3`, `vorbis`, ...). */
  codec: string;
  /** Bytes of the file; absent for results, and where it was not stored. */
  size?: number;
  /** Seconds; null if the container does not declare it. */
  duration: number | null;
  sampleRate: number;
  channels: number;
  /** ffmpeg's name of the layout; null if the file does not declare one. */
  channelLayout: string | null;
  /** Bits a sample; null if the codec has no depth. */
  bitDepth: number | null;
  /** Bits a second of the audio stream; null if unknown. */
  bitrate: number | null;
  tags: Tags;
  /** Whether a picture is attached. */
  coverArt: boolean;
  /** The attached pictures, at most 100; absent for files of which the library reads no tags. */
  pictures?: readonly PictureInfo[];
  /** In the order of their starts; empty if there are none. */
  chapters: readonly Chapter[];
  /** Names of further chunks of a WAV, Wave64 or AIFF file: `bext`, `iXML`, `cue`, `smpl`, ... */
  chunks: readonly string[];
  /** Null if it was not measured. */
  loudness: Loudness | null;
  /** Sound tracks in the order of the file, at most 100. The other properties describe the track that is taken. */
  tracks: readonly Track[];
}

/** One sound track of a file, as a task shows it. Units as in `MediaInfo`. */
export interface Track {
  /** From 1, in the order of the file. */
  number: number;
  codec: string;
  channels: number;
  sampleRate: number;
  /** Language code of the file (`spa`, `en-GB`); null if it declares none. */
  language: string | null;
  title: string | null;
  /** Whether the file marks it as a default track. */
  default: boolean;
  /** Seconds; null if the container declares none for the track. */
  duration: number | null;
}

/** By EBU R128, to a tenth. */
export interface Loudness {
  /** LUFS. */
  integrated: number;
  /** dBTP, the highest of all channels. */
  truePeak: number;
  /** LU. */
  range: number;
}

/** How samples are stored. Floating point of 32 bits holds integers of up to 24, and that of 64 bits of up to 53. */
export interface Depth {
  bits: 8 | 16 | 24 | 32 | 64;
  float: boolean;
}
