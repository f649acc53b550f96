import type { Tools } from '../ffmpeg/runs.ts';
import { fitOfParts } from '../formats/split-option.ts';
import type { ExpectedSize } from '../plan/expected-size.ts';
import { type PlannedOriginal, type PlannedResult, planResult } from './planned-result.ts';
import { type PlannedPart, placeParts, withoutSplit } from './split.ts';

/** The expected results of a conversion, and its cost. */
export interface PlannedResults extends PlannedResult {
  /** Number of results; null if the original declares no length. */
  parts: number | null;
}

/**
 * Plans a conversion as `planResult` does; `bytes` are those of all parts together, where the options ask for parts. Throws
 * `cannot_split` as the conversion would.
 */
export async function planResults(tools: Tools, original: PlannedOriginal): Promise<PlannedResults> {
  const { split } = original.options.options;
  if (split === undefined) return { ...(await planResult(tools, original)), parts: 1 };
  const whole = await planResult(tools, { ...original, options: withoutSplit(original.options) });
  const { duration, bytes } = whole;
  if (duration === null || bytes === null) return { ...whole, parts: null };
  const maxBytes = typeof split === 'object' && 'maxBytes' in split ? split.maxBytes : undefined;
  const count = maxBytes === undefined ? 1 : Math.max(1, Math.ceil(bytes.most / maxBytes));
  const parts = await placeParts(tools, original, count);
  const each = await planOfEach(tools, original, whole, parts);
  return {
    ...each,
    duration,
    parts: parts.length,
    bytes: await bytesOfParts(tools, original, bytes, parts),
    adaptations: [...each.adaptations, ...parts.flatMap(({ adaptations }) => adaptations)],
  };
}

/** The plan of the whole; if parts have to fit, that of the first part with the work of all, since each chooses its bitrate. */
async function planOfEach(
  tools: Tools,
  original: PlannedOriginal,
  whole: PlannedResult,
  parts: readonly Pick<PlannedPart, 'options'>[],
): Promise<PlannedResult> {
  const [first] = parts;
  if (!first || !fitOfParts(original.options.options.split)) return whole;
  const planned = await planResult(tools, { ...original, input: null, options: first.options });
  return { ...planned, work: planned.work === null ? null : planned.work * parts.length };
}

/** Sizes that are certain add up; others are those of the whole, and what the containers and tags of the parts add. */
async function bytesOfParts(
  tools: Tools,
  original: PlannedOriginal,
  whole: ExpectedSize,
  parts: readonly Pick<PlannedPart, 'options'>[],
): Promise<ExpectedSize> {
  const rated = async (options: PlannedOriginal['options']) =>
    (await planResult(tools, { ...original, input: null, options })).bytes;
  const sizes: ExpectedSize[] = [];
  for (const { options } of parts) sizes.push((await rated(options)) ?? whole);
  const sum = (of: 'least' | 'likely' | 'most') => sizes.reduce((all, size) => all + size[of], 0);
  // Parts that have to fit have bitrates of their own.
  if (sizes.every(({ exact }) => exact) || fitOfParts(original.options.options.split))
    return {
      least: sum('least'),
      likely: sum('likely'),
      most: sum('most'),
      exact: sizes.every(({ exact }) => exact),
    };
  const added = Math.max(0, sum('likely') - ((await rated(withoutSplit(original.options)))?.likely ?? 0));
  const { least, likely, most } = whole;
  return { least, likely: likely + added, most: most + added * 2, exact: false };
}
