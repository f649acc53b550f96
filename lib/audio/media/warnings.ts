/**
 * Every code of a warning, with its meaning; the only place to add one. A warning tells what a result lacks of its original
 * for a reason that lies in the original, or that players refuse it. docs/api.md lists the same codes.
 */
export const WARNINGS = {
  truncated: 'The original ends before its declared end; the result has all that is there.',
  damaged_parts: 'Parts of the original could not be decoded; the result omits or conceals them.',
  format_changes:
    'The original changes its sample rate or its channels; the result keeps those of the beginning.',
  concatenated: 'The original consists of several streams one after another; the result has all of them.',
  clipped: 'Samples exceed full scale, which the format cannot store.',
  ringtone_too_long: 'iPhones take ringtones of at most 40 seconds; the result is longer.',
  tags_decoded:
    'Tags of the original do not have the encoding that they declare; they were read in another one.',
  tags_unreadable: 'The tags of the original could not be read; the result has none of them.',
} as const;

export type WarningCode = keyof typeof WARNINGS;

/** Something that a result lacks of its original, or that a listener should know of it. */
export interface Warning {
  code: WarningCode;
  /** A sentence for people. */
  message: string;
  /** Seconds of sound that are missing or replaced, if they are known. */
  seconds?: number;
  /** Number of samples, of all channels together. */
  samples?: number;
  /** dBFS. */
  peak?: number;
}
