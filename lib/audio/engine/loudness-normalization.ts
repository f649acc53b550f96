import type { Adaptation } from '../media/adaptations.ts';
import type { Loudness } from '../media/media-info.ts';
import { type Level, UNCHANGED } from '../plan/filters.ts';
import type { Plan } from '../plan/plan.ts';
import { firstLevel, isDoubtful, isTolerated, type LoudnessTarget, nextLevel } from './loudness.ts';

/** Maximum number of encodings, including the first; an original with high peaks and a loud target need the most. */
export const MOST_TRIES = 5;

/** LU by which a result may miss its target without an adaptation. */
const UNSAID = 0.5;

/** Operations on one conversion. */
export interface LevelSteps<Made> {
  /** Loudness before the change of level; null if there is too little sound. */
  measure(): Promise<Loudness | null>;
  encode(level: Level): Promise<Made>;
  /** Loudness of the last encoding. */
  measureResult(): Promise<Loudness | null>;
}

export interface Levelled<Made> {
  made: Made;
  /** Loudness before the change of level; null if it was not measured. */
  before: Loudness | null;
  /** Loudness of the result; null if it was not measured. */
  after: Loudness | null;
  adaptations: Adaptation[];
}

/**
 * Encodes at the requested level. For a loudness, one pass measures and one encodes with linear gain. If the level needs
 * a limiter, or a lossy encoder may raise the peaks, the result is measured and encoded again until it fits.
 * @param level of a part, which the loudness of its whole gives
 */
export async function encodeAtLevel<Made>(
  { options, encoder }: Pick<Plan, 'options' | 'encoder'>,
  { measure, encode, measureResult }: LevelSteps<Made>,
  level?: Level,
): Promise<Levelled<Made>> {
  const { loudness: requested, gain = 0 } = options;
  if (level) return { ...NOTHING, made: await encode(level) };
  if (!requested) return { ...NOTHING, made: await encode({ gain, ceiling: null }) };
  const before = await measure();
  if (!before) return { ...NOTHING, made: await encode(UNCHANGED), adaptations: [tooQuiet(requested)] };
  if (isTolerated(requested, before)) return { ...NOTHING, made: await encode(UNCHANGED), before };
  const lossy = encoder.depth === null;
  const first = firstLevel(requested, before, lossy);
  let made = await encode(first);
  if (!isDoubtful(requested, before, first, lossy)) return { ...NOTHING, made, before };
  let after = await measureResult();
  let last = first;
  for (let tries = 2; tries <= MOST_TRIES; tries++) {
    const next = after && nextLevel(requested, after, { level: last, first, last: tries === MOST_TRIES });
    if (!next) break;
    last = next;
    made = await encode(last);
    after = await measureResult();
  }
  return { made, before, after, adaptations: shortfall(requested, after) };
}

/** Outcome of an encoding that nothing was measured for. */
export const NOTHING = { before: null, after: null, adaptations: [] };

export function tooQuiet({ target }: LoudnessTarget): Adaptation {
  const reason = 'There is too little sound above the gate of EBU R128 to measure; the level is unchanged.';
  return { property: 'loudness', from: target, to: 'unchanged', code: 'too_quiet', reason };
}

function shortfall({ target, truePeak }: LoudnessTarget, made: Loudness | null): Adaptation[] {
  if (!made || Math.abs(made.integrated - target) <= UNSAID) return [];
  const reason = `A true peak of ${truePeak} dBTP allows no higher loudness.`;
  return [{ property: 'loudness', from: target, to: made.integrated, code: 'peak_limit', reason }];
}
