import { AppError } from '../../runtime/errors.ts';
import type { Adaptation } from '../media/adaptations.ts';
import type { CueSheet } from '../media/cue-sheet.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import type { Tags } from '../media/tag-names.ts';

/** One part of an original. Samples count from the beginning of the original. */
export interface Part {
  start: number;
  /** First sample after the part; null: the part goes to the end, however many samples there are. */
  end: number | null;
  /** Null if nothing names the part. */
  title: string | null;
  /** Tags of the part in place of those of the whole. */
  tags: Tags;
  adaptations: readonly Adaptation[];
}

/** The sound to split, after the options `start` and `end`. */
export interface SplitSound {
  probed: Probed;
  sampleRate: number;
  /** First sample, and first sample after the end. */
  first: number;
  last: number;
  /** The CUE sheet in a block of the file; absent if there is none, or if nobody asks for it. */
  sheet?: CueSheet | undefined;
  /** Seconds at the end that may be padding; absent: none. */
  padding?: number;
  /** Whether the option `end` sets the last sample. */
  isCut: boolean;
}

/** A place where a part begins. */
export interface Place extends Pick<Part, 'title' | 'tags' | 'adaptations'> {
  /** Sample of the original. */
  at: number;
}

/** Tells that the first part begins before its chapter or track. */
export function soundBefore(samples: number, sampleRate: number, of: 'chapter' | 'track'): Adaptation[] {
  if (samples <= 0) return [];
  const reason = `The sound before the first ${of} is in the part of that ${of}.`;
  const from = `${shown(samples, sampleRate)} s before the first ${of}`;
  return [{ property: 'split', from, to: 'in the first part', code: 'pregap', reason }];
}

/** Seconds to a millisecond. */
export function shown(samples: number, sampleRate: number): string {
  return String(Number((samples / sampleRate).toFixed(3)));
}

/** The error for an original that cannot be split as asked. */
export function cannotSplit(sentence: string): AppError {
  return new AppError('cannot_split', `The original cannot be split as asked. ${sentence}`);
}
