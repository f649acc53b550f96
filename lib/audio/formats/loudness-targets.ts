/** Loudness by the name of a standard or a service, in LUFS integrated. */
export const LOUDNESS_TARGETS = {
  /** EBU R 128 (2023), recommendation. */
  'ebu-r128': -23,
  /** ATSC A/85:2013: -24 LKFS. */
  'atsc-a85': -24,
  /** The loudest that AES TD1004.1.15-10 recommends for streams, which is -20 to -16. */
  podcast: -16,
  /** Spotify for Artists, "Loudness normalization": its setting "normal". */
  spotify: -14,
  /** Apple Podcasts, "Audio requirements": -16 dB LKFS. */
  apple: -16,
  /** ReplayGain 2.0 specification, reference level. */
  replaygain: -18,
} as const;

export type LoudnessTargetName = keyof typeof LOUDNESS_TARGETS;

export const LOUDNESS_TARGET_NAMES = [
  'ebu-r128',
  'atsc-a85',
  'podcast',
  'spotify',
  'apple',
  'replaygain',
] as const satisfies readonly LoudnessTargetName[];
