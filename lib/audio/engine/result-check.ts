import { AppError } from '../../runtime/errors.ts';
import { resultTooLarge } from '../ffmpeg/exit-errors.ts';
import { durationTolerance } from '../media/duration-tolerance.ts';
import type { AudioLimits } from '../media/limits.ts';
import type { MediaInfo } from '../media/media-info.ts';
import type { Plan } from '../plan/plan.ts';

/** What the program said of its work. */
export interface Decoded {
  /** Seconds of sound that it wrote. */
  seconds: number;
  /** Whether it found fault with the original. */
  complained: boolean;
}

/** Of what the original says it holds, the part that must be there: with less, a result would be an accident. */
const LEAST = 0.5;

/**
 * Whether a result is whole: right codec, right duration, within the limit. Damage to the original is a warning as long
 * as half of the sound that it declares could be decoded; with less it is a failure. Where it does not say how long it
 * is, whatever can be decoded counts.
 * @returns warnings, sentences for people
 */
export function checkResult(
  { format, encoder, seconds }: Plan,
  { resultBytes }: AudioLimits,
  decoded: Decoded & { reckoned: boolean },
  made: { media: MediaInfo; estimated: boolean; size: number },
): string[] {
  if (made.size > resultBytes) throw resultTooLarge(format, resultBytes);
  if (made.media.codec !== encoder.codec)
    throw new AppError('internal', `The result is ${made.media.codec}.`);
  const length = made.estimated ? decoded.seconds : (made.media.duration ?? 0);
  if (length > decoded.seconds + durationTolerance(decoded.seconds)) {
    throw new AppError('unavailable', 'The result is longer than what was encoded.');
  }
  const damage = decoded.complained ? ['Parts of the original are damaged; they were left out.'] : [];
  const declared = decoded.reckoned ? decoded.seconds : (seconds ?? decoded.seconds);
  return [...damage, ...missing(declared, length)];
}

/** Timestamps jump over what is missing, so that only the result itself says how much sound there was. */
function missing(declared: number, found: number): string[] {
  if (found >= declared - durationTolerance(declared)) return [];
  const sentence = `The original should give ${declared.toFixed(1)} s, but only ${found.toFixed(1)} s could be decoded`;
  if (found < declared * LEAST) throw new AppError('damaged', `${sentence}.`);
  return [`${sentence}.`];
}
