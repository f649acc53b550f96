import { signal } from '@preact/signals';
import { go } from './place.ts';
import { session } from './session.ts';

/** Work that waits until there is a user. */
const waiting = signal<(() => void) | undefined>(undefined);

/** Whether files wait for a user. */
export function isWaiting(): boolean {
  return waiting.value !== undefined;
}

/** Runs the work at once if there is a user, and else after a log-in. */
export function askForSession(work: () => void): void {
  if (session.value === 'open') {
    work();
    return;
  }
  waiting.value = work;
  go('#sign-up');
}

/** Runs what waits; called when there is a user. */
export function startWaiting(): void {
  const work = waiting.value;
  waiting.value = undefined;
  go('');
  work?.();
}

/** Drops what waits, after its dialog was closed. */
export function stopWaiting(): void {
  waiting.value = undefined;
  go('');
}
