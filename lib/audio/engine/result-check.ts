import { AppError } from '../../runtime/errors.ts';
import { resultTooLarge } from '../ffmpeg/exit-errors.ts';
import { durationTolerance } from '../media/duration-tolerance.ts';
import type { AudioLimits } from '../media/limits.ts';
import type { MediaInfo } from '../media/media-info.ts';
import type { Plan } from '../plan/plan.ts';

/** A result as it was read back. */
export interface ReadBack {
  media: MediaInfo;
  /** Whether its duration is no measure. */
  estimated: boolean;
  /** Bytes. */
  size: number;
}

/**
 * Checks that a result is complete: codec, duration and size. Throws `result_too_large` and `internal`.
 * @param written seconds of sound that the encoder received
 */
export function checkResult(
  { format, encoder }: Plan,
  { resultBytes }: AudioLimits,
  written: number,
  { media, estimated, size }: ReadBack,
): void {
  if (size > resultBytes) throw resultTooLarge(format, resultBytes);
  if (media.codec !== encoder.codec)
    throw new AppError('internal', `The codec of the result is ${media.codec}.`);
  if (estimated || media.duration === null) return;
  if (Math.abs(media.duration - written) > durationTolerance(written)) {
    const lengths = `${media.duration.toFixed(3)} s instead of ${written.toFixed(3)} s`;
    throw new AppError('internal', `The result has another length than its sound: ${lengths}.`);
  }
}
