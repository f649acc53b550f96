import { ALAC, type Codec, FLAC, pcm } from './codecs.ts';
import { AAC, AC3, MP2, MP3, OPUS, VORBIS, WMA } from './lossy-codecs.ts';

/** One output format. The table below is the only place to add one. */
export interface Format {
  /** Value of `newFormat` in requests, in lower case. */
  readonly name: string;
  readonly extension: string;
  readonly mimeType: string;
  readonly codec: Codec;
  /** ffmpeg's muxer. Without it or an encoder, the service does not offer the format. */
  readonly muxer: string;
  /** Further arguments of the muxer. */
  readonly settings: readonly string[];
  /** Place of the tags in the container: on the whole file, (Ogg) on the stream, or none. */
  readonly tags: 'file' | 'stream' | 'none';
  /** Place of a picture in the container: a stream, (Ogg) a tag, an added ID3 chunk, or none. */
  readonly cover: 'stream' | 'tag' | 'chunk' | 'none';
}

const MP4 = { extension: 'm4a', mimeType: 'audio/mp4', muxer: 'ipod', settings: ['-movflags', '+faststart'] };

export const FORMATS: readonly Format[] = [
  {
    name: 'mp3',
    extension: 'mp3',
    mimeType: 'audio/mpeg',
    codec: MP3,
    muxer: 'mp3',
    settings: ['-id3v2_version', '4'],
    tags: 'file',
    cover: 'stream',
  },
  {
    name: 'wav',
    extension: 'wav',
    mimeType: 'audio/wav',
    codec: pcm('le'),
    muxer: 'wav',
    settings: ['-rf64', 'auto'],
    tags: 'file',
    cover: 'chunk',
  },
  {
    name: 'ogg',
    extension: 'ogg',
    mimeType: 'audio/ogg',
    codec: VORBIS,
    muxer: 'ogg',
    settings: [],
    tags: 'stream',
    cover: 'tag',
  },
  {
    name: 'flac',
    extension: 'flac',
    mimeType: 'audio/flac',
    codec: FLAC,
    muxer: 'flac',
    settings: [],
    tags: 'file',
    cover: 'stream',
  },
  { name: 'm4a', ...MP4, codec: AAC, tags: 'file', cover: 'stream' },
  { name: 'alac', ...MP4, codec: ALAC, tags: 'file', cover: 'stream' },
  {
    name: 'aac',
    extension: 'aac',
    mimeType: 'audio/aac',
    codec: AAC,
    muxer: 'adts',
    settings: ['-write_id3v2', '1'],
    tags: 'file',
    cover: 'none',
  },
  {
    name: 'opus',
    extension: 'opus',
    mimeType: 'audio/ogg; codecs=opus',
    codec: OPUS,
    muxer: 'opus',
    settings: [],
    tags: 'stream',
    cover: 'tag',
  },
  {
    name: 'webm',
    extension: 'webm',
    mimeType: 'audio/webm',
    codec: OPUS,
    muxer: 'webm',
    settings: [],
    tags: 'file',
    cover: 'none',
  },
  {
    name: 'aiff',
    extension: 'aiff',
    mimeType: 'audio/aiff',
    codec: pcm('be'),
    muxer: 'aiff',
    settings: ['-write_id3v2', '1'],
    tags: 'file',
    cover: 'stream',
  },
  {
    name: 'caf',
    extension: 'caf',
    mimeType: 'audio/x-caf',
    codec: pcm('be'),
    muxer: 'caf',
    settings: [],
    tags: 'file',
    cover: 'none',
  },
  {
    name: 'au',
    extension: 'au',
    mimeType: 'audio/basic',
    codec: pcm('be'),
    muxer: 'au',
    settings: [],
    tags: 'file',
    cover: 'none',
  },
  {
    name: 'wma',
    extension: 'wma',
    mimeType: 'audio/x-ms-wma',
    codec: WMA,
    muxer: 'asf',
    settings: [],
    tags: 'file',
    cover: 'none',
  },
  {
    name: 'mp2',
    extension: 'mp2',
    mimeType: 'audio/mpeg',
    codec: MP2,
    muxer: 'mp2',
    settings: [],
    tags: 'none',
    cover: 'none',
  },
  {
    name: 'ac3',
    extension: 'ac3',
    mimeType: 'audio/ac3',
    codec: AC3,
    muxer: 'ac3',
    settings: [],
    tags: 'none',
    cover: 'none',
  },
];

/** Finds a format by its name in lower case. */
export function findFormat(name: string): Format | undefined {
  return FORMATS.find((format) => format.name === name);
}

/** Formats for which ffmpeg has the muxer and all encoders. */
export function possibleFormats(encoders: ReadonlySet<string>, muxers: ReadonlySet<string>): Format[] {
  return FORMATS.filter(({ codec, muxer }) => {
    return muxers.has(muxer) && codec.encoders.every(({ name }) => encoders.has(name));
  });
}
