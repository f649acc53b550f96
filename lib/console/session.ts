import { signal } from '@preact/signals';
import { remember, remembered } from './remembered.ts';

/** Whether the page knows its user: not yet, nobody, somebody, or nobody any more. */
export const session = signal<'starting' | 'none' | 'open' | 'ended'>('starting');

/** Whether an earlier visit left a session; without one, no request asks for it. */
export const hadSession = remembered('session') !== undefined;

/** Follows the session of the client, which ends it when the service refuses to renew it. */
export function sessionChanged(tokens: object | undefined): void {
  remember('session', tokens && 'open');
  if (tokens === undefined) session.value = session.value === 'open' ? 'ended' : 'none';
}

/** Notes that the user has left. */
export function leaveSession(): void {
  remember('session', undefined);
  session.value = 'none';
}
