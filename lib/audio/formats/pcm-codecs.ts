import { type Codec, type Encoder, USUAL } from './codecs.ts';
import type { EncodingName } from './encodings.ts';

/** Codecs that a container of PCM also holds, by the value of `encoding`. */
export type Encodings = Readonly<Partial<Record<EncodingName, Codec>>>;

type Order = 'le' | 'be';

/** PCM in one byte order. Eight bits have a sign if the order is big-endian: AIFF, AU and CAF store them so, and WAV does not. */
const integers = (order: Order): readonly [Encoder, ...Encoder[]] => {
  const short = order === 'le' ? 'pcm_u8' : 'pcm_s8';
  return [
    stored(`pcm_s16${order}`, { bits: 16, float: false, sampleFormat: 's16' }),
    stored(short, { bits: 8, float: false, sampleFormat: 'u8' }),
    stored(`pcm_s24${order}`, { bits: 24, float: false, sampleFormat: 's32' }),
    stored(`pcm_s32${order}`, { bits: 32, float: false, sampleFormat: 's32' }),
  ];
};

const floats = (order: Order): readonly [Encoder, ...Encoder[]] => [
  stored(`pcm_f32${order}`, { bits: 32, float: true, sampleFormat: 'flt' }),
  stored(`pcm_f64${order}`, { bits: 64, float: true, sampleFormat: 'dbl' }),
];

/** All of PCM. Without `encoding`, 32 and 64 bits mean floating point. */
export function pcm(order: Order): Codec {
  const [first, ...others] = integers(order);
  return linear([first, ...others, ...floats(order)]);
}

/** PCM and G.711, which every container of PCM holds. */
export function telephony(order: Order): Encodings {
  return {
    pcm: linear(integers(order)),
    float: linear(floats(order)),
    mulaw: coded('pcm_mulaw', 64, 8),
    alaw: coded('pcm_alaw', 64, 8),
  };
}

/** Encodings of WAV and its successors. ffmpeg's encoders of ADPCM take one channel or two. */
export const WAVE: Encodings = {
  ...telephony('le'),
  adpcm_ima: coded('adpcm_ima_wav', 2, 5),
  adpcm_ms: coded('adpcm_ms', 2, 5),
};

function stored(name: string, depth: NonNullable<Encoder['depth']>): Encoder {
  return { name, codec: name, depth };
}

function linear(encoders: readonly [Encoder, ...Encoder[]]): Codec {
  return {
    encoders,
    sampleRates: { least: 1, most: 768_000 },
    mostChannels: 64,
    layouts: USUAL,
    anyLayout: true,
    bitrates: null,
  };
}

/** @param storedBits bits a sample, rounded up */
function coded(name: string, mostChannels: number, storedBits: number): Codec {
  return {
    encoders: [{ name, codec: name, depth: null }],
    sampleRates: { least: 1, most: 768_000 },
    mostChannels,
    layouts: USUAL,
    anyLayout: true,
    bitrates: null,
    storedBits,
  };
}
