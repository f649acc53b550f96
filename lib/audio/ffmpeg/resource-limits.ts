import type { ResourceLimits } from '../../process/limited-process.ts';
import type { AudioLimits } from '../media/limits.ts';
import type { MediaInfo } from '../media/media-info.ts';
import { tooMuch } from './exit-errors.ts';

/** Bytes of address space, the most that any program gets; ffmpeg takes a tenth of it for any audio tried, but more where there are many cores. */
export const MEMORY = 4 * 1024 ** 3;
const PROBE_MEMORY = 1024 ** 3;

/** Seconds that a probe may take by the clock, and of computing; 0.1 is much. */
export const PROBE_SECONDS = 30;
const PROBE_CPU = 10;

/** Characters that a probe may print; a few thousand is much. */
export const PROBE_BYTES = 4 * 1024 ** 2;

/** Hz and channels beyond all recordings (DSD512 counts as 2.8 MHz), where resamplers take memory without bound. */
const MOST = { sampleRate: 6_144_000, channels: 64 };

/** Seconds of computing time for a file, and for each second of its sound; the slowest codec tried takes 0.05. */
const CPU = { file: 120, second: 2 };

/** A probe writes nothing. */
export function probeLimits(): ResourceLimits {
  return { memory: PROBE_MEMORY, cpu: PROBE_CPU, file: 0 };
}

/** Throws `resource_limit` for what a header may declare and no recording has. */
export function mustBePlausible({ sampleRate, channels }: MediaInfo): void {
  if (sampleRate > MOST.sampleRate) throw tooMuch(`${sampleRate} samples a second`);
  if (channels > MOST.channels) throw tooMuch(`${channels} channels`);
}

/**
 * Computing time by how long the sound is, not by how large the file is.
 * @param duration seconds; null where the file does not say
 */
export function conversionLimits(
  { conversionSeconds, durationSeconds, resultBytes }: AudioLimits,
  duration: number | null,
): ResourceLimits {
  const needed = Math.ceil(CPU.file + CPU.second * (duration ?? durationSeconds));
  return { memory: MEMORY, cpu: Math.min(needed, conversionSeconds * 2), file: resultBytes + 1024 ** 2 };
}
