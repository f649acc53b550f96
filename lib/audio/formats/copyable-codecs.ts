import type { Format } from './formats.ts';

const G711 = ['pcm_mulaw', 'pcm_alaw'];
const LITTLE = ['pcm_s16le', 'pcm_s24le', 'pcm_s32le', 'pcm_f32le', 'pcm_f64le'];
const BIG = ['pcm_s8', 'pcm_s16be', 'pcm_s24be', 'pcm_s32be', 'pcm_f32be', 'pcm_f64be', ...G711];
const WAVE = ['pcm_u8', ...LITTLE, ...G711, 'adpcm_ima_wav', 'adpcm_ms'];
const OGG = ['vorbis', 'opus', 'flac', 'speex'];

/**
 * ffprobe's names of the codecs whose packets a container can take unchanged, by ffmpeg's muxer; no other packets are ever
 * copied. WavPack and True Audio change their packets on the way into Matroska (tried with ffmpeg 5.1), and stand only in
 * their own files.
 */
const HELD: ReadonlyMap<string, readonly string[]> = new Map([
  ['mp3', ['mp3']],
  ['wav', WAVE],
  ['w64', WAVE],
  ['ogg', OGG],
  ['oga', OGG],
  ['opus', ['opus']],
  ['webm', ['opus', 'vorbis']],
  ['flac', ['flac']],
  ['ipod', ['aac', 'alac']],
  ['adts', ['aac']],
  ['aiff', BIG],
  ['caf', [...BIG, 'alac']],
  ['au', BIG],
  ['asf', ['wmav1', 'wmav2', 'wmapro', 'wmalossless', 'wmavoice']],
  ['mp2', ['mp2']],
  ['ac3', ['ac3']],
  ['eac3', ['eac3']],
  [
    'matroska',
    ['aac', 'ac3', 'eac3', 'mp3', 'mp2', 'flac', 'alac', 'vorbis', 'opus', 'dts', 'truehd', ...LITTLE],
  ],
  ['wv', ['wavpack']],
  ['tta', ['tta']],
]);

/** Formats that name a container and promise no codec; PCM is made smaller for them without loss. */
const CONTAINERS: ReadonlySet<string> = new Set(['mka', 'oga']);

/** Whether the container of a format can take the packets of a codec. */
export function holdsCodec({ muxer }: Format, codec: string): boolean {
  return HELD.get(muxer)?.includes(codec) ?? false;
}

/** Whether a format promises this codec, so that a copy needs no request. */
export function isOwnCodec(format: Format, codec: string): boolean {
  const taken = CONTAINERS.has(format.name) && !codec.startsWith('pcm_');
  const own = taken || format.codec.encoders.some((encoder) => encoder.codec === codec);
  return own && holdsCodec(format, codec);
}

/** Codecs whose packets a trimmed file cannot contain: their headers state the whole length, or number the packets. */
const UNCUT: ReadonlySet<string> = new Set(['flac', 'wavpack', 'tta', 'truehd', 'wmalossless']);

/** Whether packets can be left out at the ends of a copy. */
export function mayBeCut(codec: string): boolean {
  return !UNCUT.has(codec);
}
