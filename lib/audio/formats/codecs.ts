import type { Depth } from '../media/media-info.ts';
import type { PresetName } from './presets.ts';

/** One encoder of a format. A lossless codec has one for each depth, or the same with another sample format. */
export interface Encoder {
  /** ffmpeg's name. */
  readonly name: string;
  /** ffprobe's name of the codec; a result that holds another one is not kept. */
  readonly codec: string;
  /** What it keeps of each sample, and how ffmpeg hands it over; null where it is lossy. */
  readonly depth: (Depth & { readonly sampleFormat: 's16' | 's16p' | 's32' | 's32p' | 'flt' }) | null;
}

/** How many bits a second, when nobody says. */
export type Rate = { readonly perChannel: number } | { readonly quality: number };

/** What a lossy codec can be asked for. */
export interface Bitrates {
  /** The least and the most of any sample rate and number of channels, bits a second. */
  readonly least: number;
  readonly most: number;
  /** What the encoder makes at a sample rate (Hz) of so many channels: steps, or anything between the first and the last. */
  readonly steps: boolean;
  readonly possible: (sampleRate: number, channels: number) => readonly number[];
  /** Arguments for a constant bitrate. */
  readonly constant: (bitrate: number) => readonly string[];
  /** Arguments for a variable bitrate by a quality of 0 to 10; absent where the encoder has none. */
  readonly variable?: (quality: number, channels: number) => readonly string[];
  readonly standard: Rate;
  readonly presets: Readonly<Record<PresetName, Rate>>;
}

/** What a codec can do. */
export interface Codec {
  /** From the least depth to the most. */
  readonly encoders: readonly [Encoder, ...Encoder[]];
  /** Hz: steps in rising order, or the lowest and the highest of all that is between. */
  readonly sampleRates:
    | { readonly steps: readonly number[] }
    | { readonly least: number; readonly most: number };
  readonly mostChannels: number;
  /** Layout of 1, 2, 3 ... channels. */
  readonly layouts: readonly string[];
  /** Whether other layouts of as many channels are kept as they are. */
  readonly anyLayout: boolean;
  /** Null where it is lossless. */
  readonly bitrates: Bitrates | null;
  /** Arguments for effort: a number from 0 to `most`, which makes it smaller and slower, not other. */
  readonly compression?: {
    readonly most: number;
    readonly standard: number;
    readonly args: (level: number) => readonly string[];
  };
}

/** The layouts of FLAC, Vorbis and Opus; what a number of channels means where nobody says. */
export const USUAL = ['mono', 'stereo', '3.0', 'quad', '5.0', '5.1', '6.1', '7.1'] as const;
/** PCM in one byte order or the other; integers of 32 bits are kept, but floating point is what is made when asked for 32. */
export function pcm(order: 'le' | 'be'): Codec {
  const encoder = (kind: string, depth: Encoder['depth']): Encoder => {
    return { name: `pcm_${kind}${order}`, codec: `pcm_${kind}${order}`, depth };
  };
  return {
    encoders: [
      encoder('s16', { bits: 16, float: false, sampleFormat: 's16' }),
      encoder('s24', { bits: 24, float: false, sampleFormat: 's32' }),
      encoder('s32', { bits: 32, float: false, sampleFormat: 's32' }),
      encoder('f32', { bits: 32, float: true, sampleFormat: 'flt' }),
    ],
    sampleRates: { least: 1, most: 768_000 },
    mostChannels: 64,
    layouts: USUAL,
    anyLayout: true,
    bitrates: null,
  };
}

export const FLAC: Codec = {
  encoders: [
    { name: 'flac', codec: 'flac', depth: { bits: 16, float: false, sampleFormat: 's16' } },
    { name: 'flac', codec: 'flac', depth: { bits: 24, float: false, sampleFormat: 's32' } },
  ],
  sampleRates: { least: 1, most: 655_350 },
  mostChannels: 8,
  layouts: USUAL,
  anyLayout: true,
  bitrates: null,
  compression: { most: 12, standard: 5, args: (level) => ['-compression_level', String(level)] },
};

export const ALAC: Codec = {
  encoders: [
    { name: 'alac', codec: 'alac', depth: { bits: 16, float: false, sampleFormat: 's16p' } },
    { name: 'alac', codec: 'alac', depth: { bits: 24, float: false, sampleFormat: 's32p' } },
  ],
  sampleRates: { least: 1, most: 384_000 },
  mostChannels: 8,
  layouts: ['mono', 'stereo', '3.0', '4.0', '5.0', '5.1', '6.1(back)', '7.1(wide)'],
  anyLayout: false,
  bitrates: null,
};
