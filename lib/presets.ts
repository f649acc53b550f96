import type { Rate } from './codecs.ts';
import type { Format } from './formats.ts';
import type { Options } from './options.ts';

export const PRESET_NAMES = ['speech', 'podcast', 'music-high', 'music-small', 'archive'] as const;

export type PresetName = (typeof PRESET_NAMES)[number];

/** What a preset sets where its task does not; the bitrates stand with each codec. */
interface Preset {
  readonly description: string;
  readonly options: Pick<Options, 'channels' | 'sampleRate' | 'loudness'>;
  /** What more it sets where the format is lossless. */
  readonly lossless: Pick<Options, 'bitDepth'> & { readonly smallest?: boolean };
  /** More channels than these are mixed down. */
  readonly mostChannels?: number;
}

export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  speech: {
    description: 'One channel at 24 kHz, at a small bitrate.',
    options: { channels: 1, sampleRate: 24_000 },
    lossless: { bitDepth: 16 },
  },
  podcast: {
    description: 'Mono or stereo at -16 LUFS and at most -1 dBTP.',
    options: { loudness: { target: -16, truePeak: -1 } },
    lossless: { bitDepth: 16 },
    mostChannels: 2,
  },
  'music-high': {
    description: 'Music without audible loss; rate and channels of the original.',
    options: {},
    lossless: {},
  },
  'music-small': {
    description: 'Music for small devices and slow lines.',
    options: {},
    lossless: { bitDepth: 16, smallest: true },
    mostChannels: 2,
  },
  archive: {
    description: 'The most that the format keeps: lossless as small as it gets, else the highest bitrate.',
    options: {},
    lossless: { smallest: true },
  },
};

/** Options with a preset's filled in. `rate` is what the codec makes where neither bitrate nor quality is asked for. */
export interface Resolved {
  /** As its task asks for them. */
  readonly asked: Options;
  /** With what the preset adds. */
  readonly options: Options;
  readonly rate: Rate | null;
  readonly mostChannels: number;
}

export function resolve({ codec }: Format, asked: Options): Resolved {
  const preset = asked.preset && PRESETS[asked.preset];
  const { smallest = false, ...lossless } = codec.bitrates ? {} : (preset?.lossless ?? {});
  const effort = smallest && codec.compression ? { compressionLevel: codec.compression.most } : {};
  const { loudness, ...others } = preset?.options ?? {};
  const level = loudness && asked.gain === undefined ? { loudness } : {};
  const rate = asked.preset ? codec.bitrates?.presets[asked.preset] : codec.bitrates?.standard;
  return {
    asked,
    options: { ...others, ...level, ...lossless, ...effort, ...asked },
    rate: rate ?? null,
    mostChannels: preset?.mostChannels ?? Number.POSITIVE_INFINITY,
  };
}
