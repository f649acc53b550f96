import { ALAC, type Codec, FLAC, TTA, WAVPACK } from './codecs.ts';
import { ENCODING_NAMES } from './encodings.ts';
import { AAC, AC3, EAC3, MP2, MP3, OPUS, VORBIS, WMA } from './lossy-codecs.ts';
import { type Encodings, pcm, telephony, WAVE } from './pcm-codecs.ts';

/** One output format. The table below is the only place to add one. */
export interface Format {
  /** Value of `newFormat` in requests, in lower case. */
  readonly name: string;
  readonly extension: string;
  readonly mimeType: string;
  readonly codec: Codec;
  /** Codecs by the option `encoding`; without the option, `codec` applies. */
  readonly encodings?: Encodings;
  /** ffmpeg's muxer. Without it or an encoder, the service does not offer the format. */
  readonly muxer: string;
  /** Further arguments of the muxer. */
  readonly settings: readonly string[];
  /** The writer of the tags: the library, in the finished file; ffmpeg, one text for each name; or none. */
  readonly tags: 'library' | 'ffmpeg' | 'none';
  /** Whether the container has a place for pictures. */
  readonly pictures: boolean;
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
    tags: 'library',
    pictures: true,
  },
  {
    name: 'wav',
    extension: 'wav',
    mimeType: 'audio/wav',
    codec: pcm('le'),
    encodings: WAVE,
    muxer: 'wav',
    settings: ['-rf64', 'auto', '-fflags', '+bitexact'],
    tags: 'library',
    pictures: true,
  },
  {
    name: 'ogg',
    extension: 'ogg',
    mimeType: 'audio/ogg',
    codec: VORBIS,
    muxer: 'ogg',
    settings: [],
    tags: 'library',
    pictures: true,
  },
  {
    name: 'flac',
    extension: 'flac',
    mimeType: 'audio/flac',
    codec: FLAC,
    muxer: 'flac',
    settings: [],
    tags: 'library',
    pictures: true,
  },
  { name: 'm4a', ...MP4, codec: AAC, tags: 'library', pictures: true },
  { name: 'alac', ...MP4, codec: ALAC, tags: 'library', pictures: true },
  {
    name: 'm4b',
    ...MP4,
    extension: 'm4b',
    settings: [...MP4.settings, '-brand', 'M4B '],
    codec: AAC,
    tags: 'library',
    pictures: true,
  },
  { name: 'm4r', ...MP4, extension: 'm4r', codec: AAC, tags: 'library', pictures: true },
  {
    name: 'aac',
    extension: 'aac',
    mimeType: 'audio/aac',
    codec: AAC,
    muxer: 'adts',
    settings: ['-write_id3v2', '1'],
    tags: 'library',
    pictures: true,
  },
  {
    name: 'opus',
    extension: 'opus',
    mimeType: 'audio/ogg; codecs=opus',
    codec: OPUS,
    muxer: 'opus',
    settings: [],
    tags: 'library',
    pictures: true,
  },
  {
    name: 'webm',
    extension: 'webm',
    mimeType: 'audio/webm',
    codec: OPUS,
    muxer: 'webm',
    settings: [],
    tags: 'ffmpeg',
    pictures: false,
  },
  {
    name: 'aiff',
    extension: 'aiff',
    mimeType: 'audio/aiff',
    codec: pcm('be'),
    encodings: telephony('be'),
    muxer: 'aiff',
    settings: [],
    tags: 'library',
    pictures: true,
  },
  {
    name: 'caf',
    extension: 'caf',
    mimeType: 'audio/x-caf',
    codec: pcm('be'),
    encodings: telephony('be'),
    muxer: 'caf',
    settings: [],
    tags: 'ffmpeg',
    pictures: false,
  },
  {
    name: 'au',
    extension: 'au',
    mimeType: 'audio/basic',
    codec: pcm('be'),
    encodings: telephony('be'),
    muxer: 'au',
    settings: [],
    tags: 'ffmpeg',
    pictures: false,
  },
  {
    name: 'wma',
    extension: 'wma',
    mimeType: 'audio/x-ms-wma',
    codec: WMA,
    muxer: 'asf',
    settings: [],
    tags: 'library',
    pictures: true,
  },
  {
    name: 'mp2',
    extension: 'mp2',
    mimeType: 'audio/mpeg',
    codec: MP2,
    muxer: 'mp2',
    settings: [],
    tags: 'library',
    pictures: true,
  },
  {
    name: 'ac3',
    extension: 'ac3',
    mimeType: 'audio/ac3',
    codec: AC3,
    muxer: 'ac3',
    settings: [],
    tags: 'none',
    pictures: false,
  },
  {
    name: 'eac3',
    extension: 'eac3',
    mimeType: 'audio/eac3',
    codec: EAC3,
    muxer: 'eac3',
    settings: [],
    tags: 'none',
    pictures: false,
  },
  {
    name: 'oga',
    extension: 'oga',
    mimeType: 'audio/ogg',
    codec: VORBIS,
    muxer: 'oga',
    settings: [],
    tags: 'library',
    pictures: true,
  },
  {
    name: 'mka',
    extension: 'mka',
    mimeType: 'audio/matroska',
    codec: FLAC,
    muxer: 'matroska',
    settings: [],
    tags: 'ffmpeg',
    pictures: false,
  },
  {
    name: 'wv',
    extension: 'wv',
    mimeType: 'audio/x-wavpack',
    codec: WAVPACK,
    muxer: 'wv',
    settings: [],
    tags: 'library',
    pictures: true,
  },
  {
    name: 'tta',
    extension: 'tta',
    mimeType: 'audio/x-tta',
    codec: TTA,
    muxer: 'tta',
    settings: [],
    tags: 'library',
    pictures: true,
  },
  {
    name: 'w64',
    extension: 'w64',
    mimeType: 'audio/x-w64',
    codec: pcm('le'),
    encodings: WAVE,
    muxer: 'w64',
    settings: [],
    tags: 'none',
    pictures: false,
  },
];

/** Finds a format by its name in lower case. */
export function findFormat(name: string): Format | undefined {
  return FORMATS.find((format) => format.name === name);
}

/** Formats for which ffmpeg has the muxer and all encoders, each with the encodings for which it has them too. */
export function possibleFormats(encoders: ReadonlySet<string>, muxers: ReadonlySet<string>): Format[] {
  const isPossible = (codec: Codec) => codec.encoders.every(({ name }) => encoders.has(name));
  return FORMATS.filter(({ codec, muxer }) => muxers.has(muxer) && isPossible(codec)).map((format) => {
    const { encodings } = format;
    return encodings ? { ...format, encodings: possibleEncodings(encodings, isPossible) } : format;
  });
}

function possibleEncodings(encodings: Encodings, isPossible: (codec: Codec) => boolean): Encodings {
  const pairs = ENCODING_NAMES.flatMap((name) => {
    const codec = encodings[name];
    return codec && isPossible(codec) ? [[name, codec]] : [];
  });
  return Object.fromEntries(pairs);
}
