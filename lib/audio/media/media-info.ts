/** Media information of a file. Units: seconds, Hz, bits, bits a second. */
export interface MediaInfo {
  /** Short name of the demuxer's container (`wav`, `mp3`, `ogg`, `mov`, ...). */
  container: string;
  /** Short name of the codec of the audio stream (`pcm_s16le`, `mp3`, `vorbis`, ...). */
  codec: string;
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
  tags: Readonly<Record<string, string>>;
  /** Whether a picture is attached. */
  coverArt: boolean;
  /** Null if it was not measured. */
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

/** An attached picture of a kind that output formats can store. */
export interface Cover {
  /** Index of the stream in the file. */
  stream: number;
  codec: 'mjpeg' | 'png';
  width: number;
  height: number;
}

/** A property that the format does not support as requested or found, and the value used instead. */
export interface Adaptation {
  /** The option or property: `sampleRate`, `channels`, `bitDepth`, `bitrate`, `loudness`, `coverArt`, ... */
  property: string;
  from: number | string;
  to: number | string;
  /** A sentence. */
  reason: string;
}
