import type { Loudness } from '../media/media-info.ts';
import type { Level } from '../plan/filters.ts';

/** The requested loudness in LUFS and true peak in dBTP. */
export interface LoudnessTarget {
  target: number;
  truePeak: number;
  /** LU by which an original may miss the target and keep its level. */
  tolerance?: number | undefined;
  /** Whether the target is that of the track, or of its album with one gain for all tracks. */
  scope?: 'track' | 'album' | undefined;
  /** Whether one channel is measured as the two that play it. */
  dualMono?: 'yes' | 'no' | undefined;
}

/** Loudness in LUFS with a true peak in dBTP. */
type Peaking = Pick<Loudness, 'integrated' | 'truePeak'>;

/** LUFS: the absolute gate of EBU R128; quieter sound has no loudness. */
const GATE = -70;

/** dB below the requested peak, so that a second encoding is rarely needed: a lossy encoder raises peaks. */
const MARGIN = { lossy: 0.6, lossless: 0.15 };

/** dB above linear gain that may compensate for the loudness that a limiter removes. */
const MOST_DRIVE = 6;

/** LU by which a result may miss its target without another encoding. */
const ENOUGH = 0.3;

/** dB: ffmpeg rounds its measurements to a tenth. */
const ROUNDING = 0.05;

/** Reads the summary at the end of the output of ffmpeg's filter `ebur128`; null if there is too little sound. */
export function readLoudness(stderr: string): Loudness | null {
  const number = summaryOf(stderr);
  const integrated = number(/\bI:\s+(-?[\d.]+) LUFS/);
  const truePeak = number(PEAK);
  const range = number(/\bLRA:\s+(-?[\d.]+) LU/);
  const measured = [integrated, truePeak, range].every(Number.isFinite) && integrated > GATE;
  return measured ? { integrated, truePeak, range } : null;
}

/** The true peak of the same summary in dBTP; null: silence. */
export function readTruePeak(stderr: string): number | null {
  const peak = summaryOf(stderr)(PEAK);
  return Number.isFinite(peak) ? peak : null;
}

const PEAK = /\bPeak:\s+(-?[\d.]+) dBFS/;

function summaryOf(stderr: string): (pattern: RegExp) => number {
  const summary = stderr.slice(stderr.lastIndexOf('Summary:'));
  return (pattern) => Number(pattern.exec(summary)?.[1] ?? Number.NaN);
}

/** Whether an original keeps its level: it misses the target by no more than the tolerance, and its peaks are low enough. */
export function isTolerated({ target, truePeak, tolerance = 0 }: LoudnessTarget, original: Peaking): boolean {
  const isNear = Math.abs(original.integrated - target) <= tolerance;
  return tolerance > 0 && isNear && original.truePeak <= truePeak;
}

/** Level of the first encoding: linear gain, with a limiter only if the peak would exceed the requested one. */
export function firstLevel(requested: LoudnessTarget, original: Peaking, lossy: boolean): Level {
  const gain = requested.target - original.integrated;
  const ceiling = requested.truePeak - (lossy ? MARGIN.lossy : MARGIN.lossless);
  return { gain, ceiling: original.truePeak + gain > ceiling ? ceiling : null };
}

/** Whether a result must be measured: a limiter was used, or a lossy encoder may raise its peaks too far. */
export function isDoubtful(
  requested: LoudnessTarget,
  original: Peaking,
  level: Level,
  lossy: boolean,
): boolean {
  return level.ceiling !== null || (lossy && original.truePeak + level.gain > requested.truePeak - 3);
}

/**
 * Level of the next encoding; undefined if the last result is close enough. The peak has priority over the loudness: the
 * gain rises by at most `MOST_DRIVE` above the first level, and the `last` encoding only lowers the gain.
 */
export function nextLevel(
  requested: LoudnessTarget,
  made: Loudness,
  { level, first, last }: { level: Level; first: Level; last: boolean },
): Level | undefined {
  const lower = excess(requested, made);
  const missing = requested.target - made.integrated;
  if (lower === 0 && (last || Math.abs(missing) <= ENOUGH)) return undefined;
  const ceiling = lowerCeiling(requested, made, level) ?? level.ceiling;
  const gain = last ? level.gain - lower : Math.min(level.gain + missing, first.gain + MOST_DRIVE);
  return { gain, ceiling };
}

/** Lower ceiling in dBTP for a result that exceeds the requested peak; undefined if it does not. */
export function lowerCeiling(
  requested: LoudnessTarget,
  made: Loudness,
  { ceiling }: Level,
): number | undefined {
  const lower = excess(requested, made);
  return lower > 0 ? (ceiling ?? requested.truePeak) - lower : undefined;
}

/** dB by which a limiter must be lower; 0 if the peak is low enough. */
function excess(requested: LoudnessTarget, made: Loudness): number {
  const over = Math.max(0, made.truePeak + ROUNDING - requested.truePeak);
  return over > 0 ? over + ROUNDING : 0;
}
