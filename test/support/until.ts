import { setTimeout } from 'node:timers/promises';

/** Looks again and again; only the test's own time limit ends it. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await setTimeout(20);
}
