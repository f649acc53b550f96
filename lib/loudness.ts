import type { Level } from './filters.ts';
import type { Loudness } from './media.ts';

/** What is wished: LUFS and dBTP. */
export interface LoudnessTarget {
  target: number;
  truePeak: number;
}

/** Below this nothing passes the absolute gate of EBU R128, and there is nothing to measure. LUFS. */
const GATE = -70;

/** A lossy encoder adds to peaks; what it is held below, so that a second try is seldom needed. dB. */
const MARGIN = { lossy: 0.6, lossless: 0.15 };

/** LU by which a result may miss its target before another try. */
const ENOUGH = 0.3;

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

/** The first try: linear gain, and a limiter only where the peak would pass what is wished. */
export function firstLevel(wished: LoudnessTarget, original: Loudness, lossy: boolean): Level {
  const gain = wished.target - original.integrated;
  const ceiling = wished.truePeak - (lossy ? MARGIN.lossy : MARGIN.lossless);
  return { gain, ceiling: original.truePeak + gain > ceiling ? ceiling : null };
}

/** Whether a result could miss what is wished, and is measured: after a limiter, or where an encoder may add to its peaks. */
export function isDoubtful(
  wished: LoudnessTarget,
  original: Loudness,
  level: Level,
  lossy: boolean,
): boolean {
  return level.ceiling !== null || (lossy && original.truePeak + level.gain > wished.truePeak - 3);
}

/** The next try after one that missed, or undefined where it is near enough. The peak goes before the loudness. */
export function nextLevel(wished: LoudnessTarget, made: Loudness, level: Level): Level | undefined {
  const over = made.truePeak - wished.truePeak;
  const missing = wished.target - made.integrated;
  if (over <= 0 && Math.abs(missing) <= ENOUGH) return undefined;
  const ceiling = over > 0 ? (level.ceiling ?? wished.truePeak) - over - 0.1 : level.ceiling;
  return { gain: level.gain + missing, ceiling };
}
