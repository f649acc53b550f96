import type { LocalEngine } from '../local/local-engine.ts';

/** A conversion that was planned and not made. */
export type PlannedResult = Awaited<ReturnType<LocalEngine['plan']>>;

/** A plan for people: size and work, and then what the result cannot have as its original or its request. */
export function planLines(plan: PlannedResult | undefined): string[] {
  if (!plan) return [];
  const work = plan.work === null ? [] : [`about ${plan.work.toFixed(1)} s of work`];
  const how = [plan.copied ? `${plan.codec}, copied` : plan.codec, sizeText(plan.bytes), ...work];
  if (plan.parts !== null && plan.parts > 1) how.push(`${plan.parts} parts`);
  return [how.join(', '), ...plan.adaptations.map(({ reason }) => reason)];
}

function sizeText(bytes: PlannedResult['bytes']): string {
  if (!bytes) return 'of unknown size';
  if (bytes.exact) return `${bytes.likely} bytes`;
  return `about ${bytes.likely} bytes (${bytes.least} to ${bytes.most})`;
}
