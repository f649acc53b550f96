import type { MediaInfo } from './media.ts';

/** One format that can be asked for. The table below is the only place to add one. */
export interface Format {
  /** What callers write as `newFormat`, in lower case. */
  readonly name: string;
  readonly extension: string;
  readonly mimeType: string;
  /** ffprobe's name of the codec; a result that holds another one is not kept. */
  readonly codec: string;
  /** ffmpeg's encoder. Where it is missing, the format is not offered. */
  readonly encoder: string;
  /** ffmpeg's muxer. */
  readonly muxer: string;
  /** Further arguments of encoder and muxer. */
  readonly settings: readonly string[];
  /** Arguments that keep the original's bit depth, where the codec has a choice of them. */
  readonly depth: (original: MediaInfo) => readonly string[];
  /** Where the container keeps tags: on the whole file, or (Ogg) on the stream. */
  readonly tags: 'container' | 'stream';
  /** The most bits a second that the encoder makes of so many channels at a sample rate (Hz). */
  readonly mostBitrate: (sampleRate: number, channels: number) => number;
}

const none = () => [];

const lossy = (bitrate: number) => (_sampleRate: number, channels: number) =>
  bitrate * Math.max(1, channels / 2);

export const FORMATS: readonly Format[] = [
  {
    name: 'mp3',
    extension: 'mp3',
    mimeType: 'audio/mpeg',
    codec: 'mp3',
    encoder: 'libmp3lame',
    muxer: 'mp3',
    settings: ['-b:a', '192k', '-id3v2_version', '4'],
    depth: none,
    tags: 'container',
    mostBitrate: lossy(320_000),
  },
  {
    name: 'wav',
    extension: 'wav',
    mimeType: 'audio/wav',
    codec: 'pcm_s16le',
    encoder: 'pcm_s16le',
    muxer: 'wav',
    settings: ['-rf64', 'auto'],
    depth: none,
    tags: 'container',
    mostBitrate: (sampleRate, channels) => sampleRate * channels * 16,
  },
  {
    name: 'ogg',
    extension: 'ogg',
    mimeType: 'audio/ogg',
    codec: 'vorbis',
    encoder: 'libvorbis',
    muxer: 'ogg',
    settings: ['-q:a', '6'],
    depth: none,
    tags: 'stream',
    mostBitrate: lossy(500_000),
  },
  {
    name: 'flac',
    extension: 'flac',
    mimeType: 'audio/flac',
    codec: 'flac',
    encoder: 'flac',
    muxer: 'flac',
    settings: [],
    depth: ({ bitDepth }) => ['-sample_fmt', (bitDepth ?? 16) > 16 ? 's32' : 's16'],
    tags: 'container',
    mostBitrate: (sampleRate, channels) => sampleRate * channels * 24,
  },
  {
    name: 'm4a',
    extension: 'm4a',
    mimeType: 'audio/mp4',
    codec: 'aac',
    encoder: 'aac',
    muxer: 'ipod',
    settings: ['-b:a', '192k', '-movflags', '+faststart'],
    depth: none,
    tags: 'container',
    mostBitrate: lossy(320_000),
  },
  {
    name: 'aac',
    extension: 'aac',
    mimeType: 'audio/aac',
    codec: 'aac',
    encoder: 'aac',
    muxer: 'adts',
    settings: ['-b:a', '192k', '-write_id3v2', '1'],
    depth: none,
    tags: 'container',
    mostBitrate: lossy(320_000),
  },
  {
    name: 'opus',
    extension: 'opus',
    mimeType: 'audio/ogg; codecs=opus',
    codec: 'opus',
    encoder: 'libopus',
    muxer: 'opus',
    settings: ['-b:a', '128k'],
    depth: none,
    tags: 'stream',
    mostBitrate: lossy(256_000),
  },
];

/** A format by its name in lower case. */
export function findFormat(name: string): Format | undefined {
  return FORMATS.find((format) => format.name === name);
}
