import type { ResourceLimits } from '../../process/enclosures.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import { JOINABLE } from '../media/joined-streams.ts';
import type { AudioLimits } from '../media/limits.ts';
import type { MediaInfo } from '../media/media-info.ts';
import { tooMuch } from './exit-errors.ts';

/** Maximum address space of a program in bytes; ffmpeg took a tenth of it for all audio tried, and more with many cores. */
export const MEMORY = 4 * 1024 ** 3;
const PROBE_MEMORY = 1024 ** 3;

/** Seconds that a probe may take: wall-clock time and CPU time. A typical probe takes less than 0.1. */
export const PROBE_SECONDS = 30;
const PROBE_CPU = 10;

/** Characters that a probe may print; a typical probe prints less than a few thousand. */
export const PROBE_BYTES = 4 * 1024 ** 2;

/** Hz and channels above those of all recordings (DSD512 counts as 2.8 MHz); resamplers would need unbounded memory. */
const MOST = { sampleRate: 6_144_000, channels: 64 };

/** CPU seconds for a file, and for each second of its sound; the slowest codec tried takes 0.05. */
const CPU = { file: 120, second: 2 };

/** Bytes of a second of the densest sound tried: silence in Vorbis. */
const LEAST_BYTES = 40;

/** Limits of a probe, which writes no file. */
export function probeLimits(): ResourceLimits {
  return { memory: PROBE_MEMORY, cpu: PROBE_CPU, file: 0 };
}

/** Throws `resource_limit` for values that a header can declare and no recording has. */
export function mustBePlausible({ sampleRate, channels }: MediaInfo): void {
  if (sampleRate > MOST.sampleRate) throw tooMuch(`${sampleRate} samples a second`);
  if (channels > MOST.channels) throw tooMuch(`${channels} channels`);
}

/**
 * Limits of a conversion. CPU time depends on the longest sound that the file can have.
 * @param longest seconds from `longestSound`; null if they are unknown
 */
export function conversionLimits(
  { conversionSeconds, durationSeconds, resultBytes }: AudioLimits,
  longest: number | null,
): ResourceLimits {
  const needed = Math.ceil(CPU.file + CPU.second * (longest ?? durationSeconds));
  return { memory: MEMORY, cpu: Math.min(needed, conversionSeconds * 2), file: resultBytes + 1024 ** 2 };
}

/**
 * Longest sound that a source can have, in seconds; null if only decoding shows it. The first header of a file that joins
 * several streams counts its own stream only, so that the size of the file decides there.
 * @param bytes size of the file; null for a stream
 */
export function longestSound(probed: Probed | null, bytes: number | null): number | null {
  const declared = probed?.media.duration ?? null;
  if (!probed || declared === null || probed.estimated) return null;
  if (!JOINABLE.has(probed.media.container)) return declared;
  return bytes === null ? null : Math.max(declared, bytes / LEAST_BYTES);
}
