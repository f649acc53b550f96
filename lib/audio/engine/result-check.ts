import { AppError } from '../../runtime/errors.ts';
import { resultTooLarge } from '../ffmpeg/exit-errors.ts';
import { durationTolerance } from '../media/duration-tolerance.ts';
import type { AudioLimits } from '../media/limits.ts';
import type { MediaInfo } from '../media/media-info.ts';
import type { Plan } from '../plan/plan.ts';

/** Results of one run of ffmpeg. */
export interface Decoded {
  /** Seconds of sound that ffmpeg wrote. */
  seconds: number;
  /** Whether ffmpeg reported errors in the original. */
  complained: boolean;
}

/** Minimum part of the declared duration that must be decoded; with less, the original counts as damaged. */
const LEAST = 0.5;

/**
 * Checks that a result is complete: codec, duration and size. Damage to the original is a warning if at least half of the
 * declared sound was decoded, and otherwise the failure `damaged`. An original without a declared duration passes with any
 * length. Throws `result_too_large`, `damaged`, `unavailable`, `internal`.
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
    throw new AppError('internal', `The codec of the result is ${made.media.codec}.`);
  const length = made.estimated ? decoded.seconds : (made.media.duration ?? 0);
  if (length > decoded.seconds + durationTolerance(decoded.seconds)) {
    throw new AppError('unavailable', 'The result is longer than what was encoded.');
  }
  const damage = decoded.complained ? ['Parts of the original are damaged; the result omits them.'] : [];
  const declared = decoded.reckoned ? decoded.seconds : (seconds ?? decoded.seconds);
  return [...damage, ...missing(declared, length)];
}

/** Compares durations. Progress counts timestamps, which skip missing parts, so that only the result's length is reliable. */
function missing(declared: number, found: number): string[] {
  if (found >= declared - durationTolerance(declared)) return [];
  const sentence = `The original should give ${declared.toFixed(1)} s, but only ${found.toFixed(1)} s could be decoded`;
  if (found < declared * LEAST) throw new AppError('damaged', `${sentence}.`);
  return [`${sentence}.`];
}
