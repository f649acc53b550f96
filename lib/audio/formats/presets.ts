import type { EncodingName } from './encodings.ts';

export const PRESET_NAMES = [
  'speech',
  'telephony',
  'podcast',
  'music-high',
  'music-small',
  'archive',
] as const;

export type PresetName = (typeof PRESET_NAMES)[number];

const NAMES: ReadonlySet<string> = new Set(PRESET_NAMES);

/** Whether a built-in preset has this name. */
export function isPresetName(name: string): name is PresetName {
  return NAMES.has(name);
}

/** Options of a preset, which apply if the task does not set them; each codec defines the bitrates. */
interface Preset {
  readonly description: string;
  readonly options: {
    readonly channels?: number;
    readonly sampleRate?: number;
    readonly loudness?: { readonly target: number; readonly truePeak: number };
  };
  /** Further options for a lossless format. */
  readonly lossless: { readonly bitDepth?: 16 | 24 | 32; readonly smallest?: boolean };
  /** Encoding for formats that have a choice, if the task sets neither encoding nor depth. */
  readonly encoding?: EncodingName;
  /** The plan mixes more channels down to this number. */
  readonly mostChannels?: number;
}

export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  speech: {
    description: 'One channel at 24 kHz, at a small bitrate.',
    options: { channels: 1, sampleRate: 24_000 },
    lossless: { bitDepth: 16 },
  },
  telephony: {
    description: 'One channel at 8 kHz, for telephone systems: G.711 (mu-law) in WAV, AU, W64, AIFF and CAF.',
    options: { channels: 1, sampleRate: 8000 },
    lossless: { bitDepth: 16 },
    encoding: 'mulaw',
  },
  podcast: {
    description: 'Mono or stereo at -16 LUFS and at most -1 dBTP.',
    options: { loudness: { target: -16, truePeak: -1 } },
    lossless: { bitDepth: 16 },
    mostChannels: 2,
  },
  'music-high': {
    description: 'Music without audible loss, with the sample rate and channels of the original.',
    options: {},
    lossless: {},
  },
  'music-small': {
    description: 'Music for small devices and slow connections.',
    options: {},
    lossless: { bitDepth: 16, smallest: true },
    mostChannels: 2,
  },
  archive: {
    description: 'Best quality of the format: maximum compression if lossless, else the highest bitrate.',
    options: {},
    lossless: { smallest: true },
  },
};
