import { eachLine } from '../../process/limited-process.ts';
import { blockArguments, lengthArguments, loudnessArguments, selectedSound } from '../ffmpeg/arguments.ts';
import { conversionFailure, decodingFailure } from '../ffmpeg/exit-errors.ts';
import type { Source } from '../ffmpeg/input.ts';
import { decode, type Material, type Tools } from '../ffmpeg/runs.ts';
import { createBlockCounter, type GatingBlocks } from '../media/gating-blocks.ts';
import type { Loudness } from '../media/media-info.ts';
import type { Chain } from '../plan/filters.ts';
import type { Plan } from '../plan/plan.ts';
import { isEmpty } from './judgement.ts';
import { readLoudness, readTruePeak } from './loudness.ts';

/** A source with its conversion plan. */
interface PlannedMaterial extends Material {
  /** The original itself, where `input` is a steady source. */
  original: Source;
  plan: Plan;
}

/** Counts the samples of a result; the declared duration is not exact enough for a fade at the end. */
export async function countSamples(tools: Tools, work: PlannedMaterial): Promise<number> {
  const { input, plan, probed } = work;
  const args = lengthArguments(selectedSound(input, probed), plan.chain);
  return once(tools, work, args, async () => {
    const { seconds, ending, report } = await decode(tools, work, args, { steady: true });
    if (ending.code !== 0 && !isEmpty(report)) throw conversionFailure(ending, plan.format, tools.limits);
    return report.written ?? Math.round(seconds * plan.sampleRate);
  });
}

/** Makes a pass over an original, unless one with the same arguments was made for another result of it. */
export async function once<T>(
  { passes }: Tools,
  { input }: Material,
  args: readonly string[],
  pass: () => Promise<T>,
): Promise<T> {
  if (!passes || typeof input !== 'string') return pass();
  const key = args.join('\0');
  const made = (passes.get(key) as Promise<T> | undefined) ?? pass();
  passes.set(key, made);
  // A pass that fails may succeed with another correction of the original.
  made.catch(() => passes.delete(key));
  return made;
}

/**
 * Measures the loudness of a source; null if there is too little sound.
 * @param chain filters to apply first; null: none
 * @param length samples after the filters, which a fade-out needs
 * @param run `runReported` where the caller has passed the semaphore
 */
export async function measure(
  tools: Tools,
  material: Material,
  chain: Chain | null = null,
  length: number | null = null,
  run = decode,
  dualMono = false,
): Promise<Loudness | null> {
  const { input, probed } = material;
  const args = loudnessArguments(selectedSound(input, probed), chain, length, dualMono);
  const pass = async () => {
    const { ending, report } = await run(tools, material, args, { steady: true });
    if (isEmpty(report)) return null;
    if (ending.code !== 0) throw decodingFailure(ending);
    return readLoudness(ending.stderr);
  };
  // Without filters it may be a result, of which another encoding gets the same name.
  return chain ? once(tools, material, args, pass) : pass();
}

/** Gating blocks of a source, as `measure` measures it; none for a sound that is too short or too quiet. */
export async function measureBlocks(
  tools: Tools,
  material: Material,
  dualMono = false,
): Promise<GatingBlocks> {
  const { input, probed } = material;
  const counter = createBlockCounter();
  const args = blockArguments(selectedSound(input, probed), dualMono);
  const output = eachLine((line) => {
    const level = /^lavfi\.r128\.M=(-?[\d.]+)$/.exec(line)?.[1];
    if (level !== undefined) counter.add(Number(level));
  });
  const { ending, report } = await decode(tools, material, args, { steady: true, output });
  if (ending.code !== 0 && !isEmpty(report)) throw decodingFailure(ending);
  return { counts: counter.counts(), truePeak: readTruePeak(ending.stderr) };
}
