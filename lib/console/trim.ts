import type { Options } from './options.ts';

/** A part of the original with its fades, in seconds. */
export interface Trim {
  start: number;
  end: number;
  fadeIn: number;
  fadeOut: number;
}

/** Handles of a trim. */
export const HANDLES = ['start', 'fadeIn', 'fadeOut', 'end'] as const;

export type Handle = (typeof HANDLES)[number];

/** Seconds that a result keeps at least. */
const LEAST = 0.01;

/** The trim that options ask for. @param total seconds of the original */
export function trimOf(options: Options, total: number): Trim {
  const start = Math.min(numberOf(options.start), total);
  const end = options.end === undefined ? total : Math.min(numberOf(options.end), total);
  return { start, end, fadeIn: numberOf(options.fadeIn), fadeOut: numberOf(options.fadeOut) };
}

/** The time of a handle: a fade has its handle where it ends or begins. */
export function timeOf({ start, end, fadeIn, fadeOut }: Trim, handle: Handle): number {
  if (handle === 'start') return start;
  if (handle === 'end') return end;
  return handle === 'fadeIn' ? Math.min(end, start + fadeIn) : Math.max(start, end - fadeOut);
}

/** The least and the greatest time of a handle. */
export function rangeOf(trim: Trim, handle: Handle, total: number): readonly [number, number] {
  if (handle === 'start') return [0, Math.max(0, trim.end - LEAST)];
  if (handle === 'end') return [Math.min(total, trim.start + LEAST), total];
  return [trim.start, trim.end];
}

/** Moves a handle to a time; a fade keeps its length where an edge moves, as far as it fits. */
export function withHandle(trim: Trim, handle: Handle, time: number, total: number): Trim {
  const [least, most] = rangeOf(trim, handle, total);
  const placed = rounded(Math.max(least, Math.min(time, most)));
  if (handle === 'fadeIn') return { ...trim, fadeIn: rounded(placed - trim.start) };
  if (handle === 'fadeOut') return { ...trim, fadeOut: rounded(trim.end - placed) };
  const next = handle === 'start' ? { ...trim, start: placed } : { ...trim, end: placed };
  const length = rounded(next.end - next.start);
  return { ...next, fadeIn: Math.min(trim.fadeIn, length), fadeOut: Math.min(trim.fadeOut, length) };
}

/** The options with a trim; what leaves the sound as it is stays away. */
export function withTrim(options: Options, { start, end, fadeIn, fadeOut }: Trim, total: number): Options {
  const { start: _start, end: _end, fadeIn: _in, fadeOut: _out, ...others } = options;
  return {
    ...others,
    ...(start > 0 && { start }),
    ...(end < total && { end }),
    ...(fadeIn > 0 && { fadeIn }),
    ...(fadeOut > 0 && { fadeOut }),
  };
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.max(0, value) : 0;
}

/** To the millisecond, which is finer than a pixel. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
