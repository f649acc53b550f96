import type { Depth } from '../media/media-info.ts';
import type { PresetName } from './presets.ts';

/** ffmpeg's names; `p` means that each channel has a plane of its own. */
type SampleFormat = 'u8' | 's16' | 's16p' | 's32' | 's32p' | 'flt' | 'fltp' | 'dbl';

/** One encoder of a format. A lossless codec has one entry for each depth, some with the same name. */
export interface Encoder {
  /** ffmpeg's name. */
  readonly name: string;
  /** ffprobe's name of the codec; the result check refuses any other. */
  readonly codec: string;
  /** Depth and sample format of its input; null if it is lossy. */
  readonly depth: (Depth & { readonly sampleFormat: SampleFormat }) | null;
  /** Further arguments of the encoder. */
  readonly settings?: readonly string[];
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
  /** Arguments for an average of any bitrate, which the file may miss a little; absent if a constant one does as well. */
  readonly average?: (bitrate: number) => readonly string[];
  /** Arguments for a variable bitrate by a quality of 0 to 10; absent if the encoder has none. */
  readonly variable?: (quality: number, channels: number) => readonly string[];
  readonly standard: Rate;
  readonly presets: Readonly<Record<PresetName, Rate>>;
}

/** Abilities of a codec. */
export interface Codec {
  /** The usual one first. */
  readonly encoders: readonly [Encoder, ...Encoder[]];
  /** Hz: steps in rising order, or a range. */
  readonly sampleRates:
    | { readonly steps: readonly number[] }
    | {
        readonly least: number;
        readonly most: number;
        /** Hz above which only multiples of 10 are possible; absent: all are. */
        readonly tensAbove?: number;
      };
  readonly mostChannels: number;
  /** Samples of the shortest file that readers accept; silence follows a shorter sound. Absent: one. */
  readonly leastSamples?: number;
  /** Layouts of 1, 2, 3 ... channels. */
  readonly layouts: readonly string[];
  /** Whether other layouts with the same number of channels stay as they are. */
  readonly anyLayout: boolean;
  /** Further layouts that it stores as they are. */
  readonly otherLayouts?: readonly string[];
  /** Null if it has no choice of bitrate: lossless codecs, G.711, ADPCM. */
  readonly bitrates: Bitrates | null;
  /** Bits of a stored sample of a lossy codec without a choice of bitrate. */
  readonly storedBits?: number;
  /** Arguments for effort, from 0 to `most`; more effort gives a smaller file in more time, with the same sound. */
  readonly compression?: {
    readonly most: number;
    readonly standard: number;
    readonly args: (level: number) => readonly string[];
  };
}

/** Whether a codec keeps every bit of a sample. */
export function isLossless({ encoders: [first] }: Codec): boolean {
  return first.depth !== null;
}

/** Layouts of FLAC, Vorbis and Opus, by number of channels; also the default where a file declares no layout. */
export const USUAL = ['mono', 'stereo', '3.0', 'quad', '5.0', '5.1', '6.1', '7.1'] as const;

export const FLAC: Codec = {
  encoders: [
    { name: 'flac', codec: 'flac', depth: { bits: 16, float: false, sampleFormat: 's16' } },
    { name: 'flac', codec: 'flac', depth: { bits: 24, float: false, sampleFormat: 's32' } },
  ],
  // ffmpeg's encoder refuses 655350 Hz, the highest rate of the format, and rates that need 20 bits (tried: 5.1.9).
  sampleRates: { least: 1, most: 655_340, tensAbove: 65_535 },
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

/** ffmpeg's WavPack packs 32 bits of a smaller depth unless it knows the depth. */
export const WAVPACK: Codec = {
  encoders: [
    { name: 'wavpack', codec: 'wavpack', depth: { bits: 16, float: false, sampleFormat: 's16p' } },
    {
      name: 'wavpack',
      codec: 'wavpack',
      depth: { bits: 24, float: false, sampleFormat: 's32p' },
      settings: ['-bits_per_raw_sample', '24'],
    },
    { name: 'wavpack', codec: 'wavpack', depth: { bits: 32, float: false, sampleFormat: 's32p' } },
    { name: 'wavpack', codec: 'wavpack', depth: { bits: 32, float: true, sampleFormat: 'fltp' } },
  ],
  sampleRates: { least: 1, most: 768_000 },
  mostChannels: 8,
  layouts: USUAL,
  anyLayout: true,
  bitrates: null,
  compression: { most: 8, standard: 1, args: (level) => ['-compression_level', String(level)] },
};

/** True Audio stores no layout: players take the usual one of the number of channels. */
export const TTA: Codec = {
  encoders: [
    { name: 'tta', codec: 'tta', depth: { bits: 16, float: false, sampleFormat: 's16' } },
    { name: 'tta', codec: 'tta', depth: { bits: 24, float: false, sampleFormat: 's32' } },
  ],
  sampleRates: { least: 1, most: 768_000 },
  mostChannels: 8,
  // ffmpeg's encoder breaks off at a single sample.
  leastSamples: 2,
  layouts: USUAL,
  anyLayout: true,
  bitrates: null,
};
