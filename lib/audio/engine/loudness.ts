import type { Loudness } from '../media/media-info.ts';
import type { Level } from '../plan/filters.ts';

/** What is requested: LUFS and dBTP. */
export interface LoudnessTarget {
  target: number;
  truePeak: number;
}

/** Below this nothing passes the absolute gate of EBU R128, and there is nothing to measure. LUFS. */
const GATE = -70;

/** A lossy encoder adds to peaks; what it is held below, so that a second try is seldom needed. dB. */
const MARGIN = { lossy: 0.6, lossless: 0.15 };

/** By how much more than linear gain a limiter is driven to make up for what it takes. dB. */
const MOST_DRIVE = 6;

/** LU by which a result may miss its target before another try. */
const ENOUGH = 0.3;

/** What is measured is told to a tenth. dB. */
const ROUNDING = 0.05;

/** Reads the summary that ffmpeg's filter `ebur128` ends with; null where there was too little sound to measure. */
export function readLoudness(stderr: string): Loudness | null {
  const summary = stderr.slice(stderr.lastIndexOf('Summary:'));
  const number = (pattern: RegExp) => Number(pattern.exec(summary)?.[1] ?? Number.NaN);
  const integrated = number(/\bI:\s+(-?[\d.]+) LUFS/);
  const truePeak = number(/\bPeak:\s+(-?[\d.]+) dBFS/);
  const range = number(/\bLRA:\s+(-?[\d.]+) LU/);
  const measured = [integrated, truePeak, range].every(Number.isFinite) && integrated > GATE;
  return measured ? { integrated, truePeak, range } : null;
}

/** The first try: linear gain, and a limiter only where the peak would pass what is requested. */
export function firstLevel(requested: LoudnessTarget, original: Loudness, lossy: boolean): Level {
  const gain = requested.target - original.integrated;
  const ceiling = requested.truePeak - (lossy ? MARGIN.lossy : MARGIN.lossless);
  return { gain, ceiling: original.truePeak + gain > ceiling ? ceiling : null };
}

/** Whether a result could miss what is requested, and is measured: after a limiter, or where an encoder may add to its peaks. */
export function isDoubtful(
  requested: LoudnessTarget,
  original: Loudness,
  level: Level,
  lossy: boolean,
): boolean {
  return level.ceiling !== null || (lossy && original.truePeak + level.gain > requested.truePeak - 3);
}

/**
 * The next try after one that missed, or undefined where it is near enough. The peak goes before the loudness: a limiter
 * is driven by no more than `MOST_DRIVE`, and the `last` try only lowers what came out as a whole.
 * @param first the first try
 */
export function nextLevel(
  requested: LoudnessTarget,
  made: Loudness,
  { level, first, last }: { level: Level; first: Level; last: boolean },
): Level | undefined {
  const over = Math.max(0, made.truePeak + ROUNDING - requested.truePeak);
  const missing = requested.target - made.integrated;
  if (over === 0 && (last || Math.abs(missing) <= ENOUGH)) return undefined;
  const lower = over > 0 ? over + ROUNDING : 0;
  const ceiling = lower > 0 ? (level.ceiling ?? requested.truePeak) - lower : level.ceiling;
  const gain = last ? level.gain - lower : Math.min(level.gain + missing, first.gain + MOST_DRIVE);
  return { gain, ceiling };
}
