import { MOST_PARTS } from '../formats/split-option.ts';
import { cannotSplit } from '../plan/split-places.ts';
import type { AudioEngine } from './engine.ts';
import type { PlannedPart, SplitRequest } from './split.ts';

/** Tries with more parts, if one is larger than asked. */
const MOST_TRIES = 6;

/**
 * Makes the parts of an original one after another. If one is larger than `split.maxBytes`, all are made again, and more of them.
 * Throws as `AudioEngine.split`, and the errors of `make`.
 * @param make makes one of all parts
 */
export async function makeSplit<Made extends { size: number }>(
  engine: Pick<AudioEngine, 'plan' | 'split'>,
  request: Omit<SplitRequest, 'count'>,
  make: (part: PlannedPart, all: readonly PlannedPart[]) => Promise<Made>,
): Promise<Made[]> {
  const { split } = request.options.options;
  const maxBytes = typeof split === 'object' && 'maxBytes' in split ? split.maxBytes : undefined;
  let count = maxBytes === undefined ? 1 : ((await engine.plan(request)).parts ?? 1);
  for (let tries = 1; ; tries++) {
    if (maxBytes !== undefined && (count > MOST_PARTS || tries > MOST_TRIES)) throw tooSmall(maxBytes);
    const made = await makeEach(await engine.split({ ...request, count }), make, maxBytes);
    if (Array.isArray(made)) return made;
    count = Math.max(count + 1, Math.ceil(count * made.excess));
  }
}

/** @returns the parts; or by how many times the first part that is too large exceeds its limit */
async function makeEach<Made extends { size: number }>(
  planned: readonly PlannedPart[],
  make: (part: PlannedPart, all: readonly PlannedPart[]) => Promise<Made>,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<Made[] | { excess: number }> {
  const made: Made[] = [];
  for (const part of planned) {
    const one = await make(part, planned);
    if (one.size > maxBytes) return { excess: one.size / maxBytes };
    made.push(one);
  }
  return made;
}

function tooSmall(maxBytes: number): Error {
  return cannotSplit(
    `No number of parts up to ${MOST_PARTS} keeps each within ${maxBytes} bytes, with its tags and pictures: expected more bytes, or a lower bitrate.`,
  );
}
