import { hasCode } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { sharedRun, within } from '../runtime/shared-run.ts';

/** Checks of the parts of a process, by their names. */
export type Checks = Readonly<Record<string, () => Promise<unknown>>>;

/** Time limit of one check in milliseconds. */
const PATIENCE = 5000;

/** As `work`; at most one run at a time, which is waited for as long as for a check. */
export function patient<T>(work: () => Promise<T>): () => Promise<T> {
  return sharedRun(() => within(PATIENCE, work()));
}

/**
 * Runs all checks at once, each at most once at a time and within the time limit. Returns the names of failing checks, with
 * their reasons as far as those are for callers.
 */
export function failingChecks(checks: Checks, log: Log): () => Promise<string[]> {
  const asking = Object.entries(checks).map(([name, check]) => {
    const bounded = patient(check);
    return async () => {
      try {
        await bounded();
        return [];
      } catch (error) {
        log.warn('Not ready', { part: name, error });
        return [reasonOf(name, error)];
      }
    };
  });
  return async () => (await Promise.all(asking.map((ask) => ask()))).flat();
}

/** The sentence of `misconfigured` is for the operator: it names paths. */
function reasonOf(name: string, error: unknown): string {
  if (hasCode(error, 'unavailable')) return `${name}: ${error.message.replace(/\.$/, '')}`;
  return hasCode(error, 'misconfigured')
    ? `${name} is not configured as it must be`
    : `${name} did not answer`;
}
