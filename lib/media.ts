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
  channelLayout: string | null;
  /** Bits a sample where the codec has such a thing, else null. */
  bitDepth: number | null;
  /** Bits a second of the audio stream; null where unknown. */
  bitrate: number | null;
  tags: Readonly<Record<string, string>>;
  /** Whether a picture is attached. */
  coverArt: boolean;
}
