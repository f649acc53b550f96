import pLimit from 'p-limit';
import { drawWaveform } from '../audio/waveform/png.ts';
import { AppError } from '../runtime/errors.ts';

/** Draws as `drawWaveform`; throws `unavailable` if too many pictures wait. */
export type DrawPicture = typeof drawWaveform;

/** One picture at a time uses at most one core. A waiting picture holds only its peaks, 256 KiB. */
const BOUNDS = { atOnce: 1, waiting: 64 };

/** Seconds after which some of them are drawn. */
const RETRY_AFTER = 2;

/** Bounds the number of pictures that this process draws at once, and that wait. */
export function createPictures({ atOnce, waiting } = BOUNDS): DrawPicture {
  const runIfDue = pLimit(atOnce);
  let asked = 0;
  return async (...picture) => {
    if (asked >= atOnce + waiting)
      throw new AppError('unavailable', 'Too many pictures wait to be drawn. Try again.', {
        retryAfter: RETRY_AFTER,
      });
    asked += 1;
    try {
      return await runIfDue(() => drawWaveform(...picture));
    } finally {
      asked -= 1;
    }
  };
}
