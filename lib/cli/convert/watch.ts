import { setTimeout } from 'node:timers/promises';
import type { Found, Input } from './inputs.ts';

/** Milliseconds between two looks at the watched folders: also network folders, which report no changes, are seen. */
const INTERVAL = 2000;

/**
 * Finds files again and again until the signal aborts. A file comes when it has not changed between two looks, and once more when
 * it has changed since.
 * @param find makes one look
 */
export async function* watchInputs(
  find: () => AsyncIterable<Found>,
  signal: AbortSignal,
): AsyncGenerator<Found, void, undefined> {
  const seen = new Map<string, string>();
  const given = new Map<string, string>();
  for (;;) {
    for await (const found of find()) {
      const state = 'reason' in found ? found.reason : stateOf(found);
      const isSteady = seen.get(found.path) === state || isOld(found);
      seen.set(found.path, state);
      if (!isSteady || given.get(found.path) === state) continue;
      given.set(found.path, state);
      yield found;
    }
    await setTimeout(INTERVAL, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
  }
}

function stateOf({ size, mtime }: Input): string {
  return `${size} ${mtime.getTime()}`;
}

/** A file that nobody has written to for a while is complete. */
function isOld(found: Found): boolean {
  return 'reason' in found || Date.now() - found.mtime.getTime() > 2 * INTERVAL;
}
