import type { Options } from '../formats/options.ts';
import { type StandardName, standardName, type Tags } from '../media/tag-names.ts';
import type { Plan } from '../plan/plan.ts';
import { withoutTotals, withTotals } from './file-tags.ts';

/** The tags that a result shall have: those of the original, changed as the task asks. */
export function wantedTags({ options: { metadata } }: Pick<Plan, 'options'>, original: Tags): Tags {
  if (metadata === 'strip') return {};
  const kept = Object.entries(withoutTotals(original));
  const set = typeof metadata === 'object' ? requested(metadata) : new Map<string, readonly string[]>();
  const lower = new Set([...set.keys()].map((name) => name.toLowerCase()));
  const others = kept.filter(([name]) => !lower.has(name.toLowerCase()));
  return withTotals(Object.fromEntries([...others, ...set].filter(([, values]) => values.length > 0)));
}

/** The requested values by standard names; an empty list removes a tag. `3/12` sets a number and its total. */
function requested(
  metadata: Exclude<NonNullable<Options['metadata']>, string>,
): Map<string, readonly string[]> {
  const set = new Map<string, readonly string[]>();
  for (const [raw, value] of Object.entries(metadata)) {
    const values = (typeof value === 'string' ? [value] : (value ?? [])).filter((text) => text !== '');
    set.set(standardName(raw) ?? raw, values);
  }
  for (const [number, total] of NUMBERS) {
    const [text = ''] = set.get(number) ?? [];
    const split = withoutTotals({ [number]: [text] });
    if (!text.includes('/')) continue;
    set.set(number, split[number] ?? []);
    set.set(total, split[total] ?? []);
  }
  return set;
}

const NUMBERS: readonly [StandardName, StandardName][] = [
  ['trackNumber', 'totalTracks'],
  ['discNumber', 'totalDiscs'],
];
