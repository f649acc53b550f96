import type { Depth } from '../media/media-info.ts';
import type { PresetName } from './presets.ts';

/** One encoder of a format. A lossless codec has one entry for each depth, some with the same name. */
export interface Encoder {
  /** ffmpeg's name. */
  readonly name: string;
  /** ffprobe's name of the codec; the result check refuses any other. */
  readonly codec: string;
  /** Depth and sample format of its input; null if it is lossy. */
  readonly depth: (Depth & { readonly sampleFormat: 's16' | 's16p' | 's32' | 's32p' | 'flt' }) | null;
}

/** The default rate: bits a second of each channel, or a quality. */
export type Rate = { readonly perChannel: number } | { readonly quality: number };

/** Bitrates and qualities of a lossy codec. */
export interface Bitrates {
  /** Minimum and maximum over all sample rates and numbers of channels, bits a second. */
  readonly least: number;
  readonly most: number;
  /** Bitrates at a sample rate (Hz) and number of channels: all values if `steps`, else the minimum and the maximum. */
  readonly steps: boolean;
  readonly possible: (sampleRate: number, channels: number) => readonly number[];
  /** Arguments for a constant bitrate. */
  readonly constant: (bitrate: number) => readonly string[];
  /** Arguments for a variable bitrate by a quality of 0 to 10; absent if the encoder has none. */
  readonly variable?: (quality: number, channels: number) => readonly string[];
  readonly standard: Rate;
  readonly presets: Readonly<Record<PresetName, Rate>>;
}

/** Abilities of a codec. */
export interface Codec {
  /** By rising depth. */
  readonly encoders: readonly [Encoder, ...Encoder[]];
  /** Hz: steps in rising order, or a range. */
  readonly sampleRates:
    | { readonly steps: readonly number[] }
    | { readonly least: number; readonly most: number };
  readonly mostChannels: number;
  /** Layouts of 1, 2, 3 ... channels. */
  readonly layouts: readonly string[];
  /** Whether other layouts with the same number of channels stay as they are. */
  readonly anyLayout: boolean;
  /** Null if it is lossless. */
  readonly bitrates: Bitrates | null;
  /** Arguments for effort, from 0 to `most`; more effort gives a smaller file in more time, with the same sound. */
  readonly compression?: {
    readonly most: number;
    readonly standard: number;
    readonly args: (level: number) => readonly string[];
  };
}

/** Layouts of FLAC, Vorbis and Opus, by number of channels; also the default where a file declares no layout. */
export const USUAL = ['mono', 'stereo', '3.0', 'quad', '5.0', '5.1', '6.1', '7.1'] as const;

/** PCM in one byte order. Integers of 32 bits stay integers; the option `bitDepth: 32` means floating point. */
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
