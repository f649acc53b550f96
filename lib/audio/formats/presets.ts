export const PRESET_NAMES = ['speech', 'podcast', 'music-high', 'music-small', 'archive'] as const;

export type PresetName = (typeof PRESET_NAMES)[number];

/** What a preset sets where its task does not; the bitrates stand with each codec. */
interface Preset {
  readonly description: string;
  readonly options: {
    readonly channels?: number;
    readonly sampleRate?: number;
    readonly loudness?: { readonly target: number; readonly truePeak: number };
  };
  /** What more it sets where the format is lossless. */
  readonly lossless: { readonly bitDepth?: 16 | 24 | 32; readonly smallest?: boolean };
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
