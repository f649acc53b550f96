import type { Plan } from '../plan/plan.ts';

/** How positions in samples of an original become positions in samples of its result. */
export interface SamplePositions {
  /** The first sample that stays, and the first after the end; null: no end. */
  start: number;
  end: number | null;
  /** Sample rate of the result, divided by that of the original. */
  scale: number;
}

export function samplePositions(
  { chain, sampleRate }: Pick<Plan, 'chain' | 'sampleRate'>,
  original: number,
): SamplePositions {
  return { start: chain.trim.start, end: chain.trim.end, scale: sampleRate / original };
}

/** Whether all positions stay. */
export function areUnmoved({ start, end, scale }: SamplePositions): boolean {
  return start === 0 && end === null && scale === 1;
}

/** Moves a position; undefined if its sample is cut off. */
export function moved(sample: number, { start, end, scale }: SamplePositions): number | undefined {
  if (sample < start || (end !== null && sample >= end)) return undefined;
  return Math.round((sample - start) * scale);
}

/** Moves a distance between two samples, or a time since midnight. */
export function scaled(samples: number, { scale }: SamplePositions): number {
  return Math.round(samples * scale);
}
