/** What a file holds, as ffprobe sees it. Units: seconds, Hz, bits, bits a second. */
export interface MediaInfo {
  /** Short name of the demuxer's container (`wav`, `mp3`, `ogg`, `mov`, ...). */
  container: string;
  /** Short name of the codec of the audio stream (`pcm_s16le`, `mp3`, `vorbis`, ...). */
  codec: string;
  /** Seconds; null where the container does not say. */
  duration: number | null;
  sampleRate: number;
  channels: number;
  /** ffmpeg's name of it; null where the file does not say. */
  channelLayout: string | null;
  /** Bits a sample where the codec has such a thing, else null. */
  bitDepth: number | null;
  /** Bits a second of the audio stream; null where unknown. */
  bitrate: number | null;
  tags: Readonly<Record<string, string>>;
  /** Whether a picture is attached. */
  coverArt: boolean;
  /** Only where it was measured. */
  loudness: Loudness | null;
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

/** How samples are stored. Floating point of 32 bits holds integers of up to 24. */
export interface Depth {
  bits: 16 | 24 | 32;
  float: boolean;
}

/** An attached picture of a kind that containers take. */
export interface Cover {
  /** Number of the stream in the file. */
  stream: number;
  codec: 'mjpeg' | 'png';
  width: number;
  height: number;
}

/** Something that was requested or found and that the format can't do, and what was made instead. */
export interface Adaptation {
  /** The option or property: `sampleRate`, `channels`, `bitDepth`, `bitrate`, `loudness`, `coverArt`, ... */
  property: string;
  from: number | string;
  to: number | string;
  /** A sentence. */
  reason: string;
}
