import { levelledArguments, selectedSound } from '../ffmpeg/arguments.ts';
import { decodingFailure } from '../ffmpeg/exit-errors.ts';
import { decode, type Material, type Tools } from '../ffmpeg/runs.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import type { Warning } from '../media/warnings.ts';
import type { Level } from '../plan/filters.ts';
import type { Plan } from '../plan/plan.ts';
import { createClipCounter } from '../waveform/clip-counter.ts';

/** dBTP of the limiter that holds peaks below full scale. */
const HELD = -0.1;

/** Samples that exceed full scale, or may do so: the level at which they were encoded. */
export interface Clipping {
  level: Level;
}

/** Encodes, and once more with a limiter if the task asks for one, which has the peak measured, and samples exceed full scale. */
export async function encodeHeld<T extends { clipping: Clipping | null }>(
  { options }: Pick<Plan, 'options'>,
  level: Level,
  encode: (level: Level) => Promise<T>,
): Promise<T> {
  const made = await encode(level);
  if (options.clip !== 'limit' || !made.clipping || level.ceiling !== null) return made;
  return encode({ ...level, ceiling: HELD });
}

/**
 * Counts the samples that a format of integers clips. ffmpeg has no filter that counts them at a low cost, so that a pass of
 * its own does, for encodings with clipping only.
 */
export async function clippedWarnings(
  tools: Tools,
  work: Material & { plan: Plan; probed: Probed },
  clipping: Clipping | null,
  length: number | null,
): Promise<Warning[]> {
  if (!clipping) return [];
  const { input, probed, plan } = work;
  const counter = createClipCounter();
  const args = levelledArguments(selectedSound(input, probed), plan.chain, clipping.level, length);
  const { ending } = await decode(tools, work, args, { output: counter.read, steady: true });
  if (ending.code !== 0) throw decodingFailure(ending);
  const samples = counter.count();
  if (samples === 0) return [];
  const peak = Math.round(counter.peak() * 100) / 100;
  const message = `${samples} samples exceed full scale, by up to ${peak.toFixed(2)} dB, and are clipped. The option clip set to limit holds them.`;
  return [{ code: 'clipped', message, samples, peak }];
}
