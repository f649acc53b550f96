import { drawWaveform } from '../audio/waveform/png.ts';
import { AppError } from '../runtime/errors.ts';
import { createGate } from '../runtime/semaphore.ts';

/** Draws as `drawWaveform`; throws `unavailable` where too many wait already. */
export type DrawPicture = typeof drawWaveform;

/** One at a time uses one core at most. A waiting picture holds nothing but its peaks, 256 KiB. */
const BOUNDS = { atOnce: 1, waiting: 64 };

/** Bounds how many pictures are drawn and wait in this process. */
export function createPictures({ atOnce, waiting } = BOUNDS): DrawPicture {
  const runIfDue = createGate(atOnce);
  let asked = 0;
  return async (...picture) => {
    if (asked >= atOnce + waiting)
      throw new AppError('unavailable', 'Too many pictures are drawn. Try again.');
    asked += 1;
    try {
      return await runIfDue(() => drawWaveform(...picture));
    } finally {
      asked -= 1;
    }
  };
}
