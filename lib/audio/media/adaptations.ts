/**
 * Every code of an adaptation, with its meaning; the only place to add one. It tells why a result has another value of a
 * property than its original or its request. docs/api.md lists the same codes.
 */
export const ADAPTATIONS = {
  not_supported: 'The format does not support the value, or has no place for it.',
  other_form: 'The format stores it in another form.',
  mixed: 'The format does not support the layout of the channels; they are mixed into another one.',
  order_kept: 'The format does not support the layout of the channels; they keep their order.',
  low_frequencies: 'A mix to fewer loudspeakers leaves out the channel of low frequencies.',
  fade_too_long: 'A fade is at most as long as the result.',
  one_track: 'A result has one sound track; the others are left out.',
  unreadable_track: 'The default track cannot be decoded; another one is taken.',
  behind_end: 'Chapters that begin behind the end are left out.',
  too_many: 'There are more of them than the service keeps.',
  too_large: 'It is larger than the service keeps.',
  unknown_kind: 'It is no picture of a known kind.',
  between_packets: 'A copy is cut between two packets.',
  cover_gone: 'The sent cover is no longer stored.',
  too_quiet: 'There is too little sound to measure its loudness; the level is unchanged.',
  peak_limit: 'The highest true peak that was requested allows no higher loudness.',
  repaired: 'The bytes of the text are not in the encoding that they declare; they are read as Windows-1252.',
  outdated: 'It described the original, and does not fit the changed sound.',
  unreadable: 'It could not be read.',
  fitted: 'It was chosen so that the result stays within the size of the option fit.',
  joined: 'All tracks of a join have one sample rate and one number of channels.',
  silence: 'Silence at an end is left out.',
  pregap: 'Sound before a track, a chapter or a pre-gap is in the part that is named, or in none.',
  whole_originals: 'The album is measured by the whole originals of its tracks.',
  loops_outside: 'Loops that are not wholly inside the result are left out.',
} as const;

export type AdaptationCode = keyof typeof ADAPTATIONS;

/** Why a value is another one. */
export interface AdaptationReason {
  code: AdaptationCode;
  /** A sentence. */
  reason: string;
}

/** A property that the format does not support as requested or found, and the value used instead. */
export interface Adaptation extends AdaptationReason {
  /** The option or property: `sampleRate`, `channels`, `bitDepth`, `bitrate`, `loudness`, `coverArt`, ... */
  property: string;
  from: number | string;
  to: number | string;
}

/** An adaptation as a row has it: those of earlier releases have no code. */
export type StoredAdaptation = Omit<Adaptation, 'code'> & { code?: AdaptationCode };
