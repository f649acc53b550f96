import type { ResourceLimits } from './child.ts';
import type { Limits } from './config.ts';

/** Bytes of address space; ffmpeg takes a fifth of it for any audio tried. */
const MEMORY = 4 * 1024 ** 3;

/** Seconds that a probe may take. */
export const PROBE_SECONDS = 30;

/** Seconds of computing time for a file, and for each second of its sound; the slowest codec tried takes 0.05. */
const CPU = { file: 120, second: 2 };

/** A probe writes nothing. */
export function probeLimits(): ResourceLimits {
  return { memory: MEMORY, cpu: PROBE_SECONDS, file: 0 };
}

/**
 * Computing time by how long the sound is, not by how large the file is.
 * @param duration seconds; null where the file does not say
 */
export function conversionLimits(
  { conversionSeconds, durationSeconds, resultBytes }: Limits,
  duration: number | null,
): ResourceLimits {
  const needed = Math.ceil(CPU.file + CPU.second * (duration ?? durationSeconds));
  return { memory: MEMORY, cpu: Math.min(needed, conversionSeconds * 2), file: resultBytes + 1024 ** 2 };
}
