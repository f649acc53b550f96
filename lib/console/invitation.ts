import { signal } from '@preact/signals';

/** Text of the invitation in the address of the page; undefined without one. */
export const invitation = signal(new URLSearchParams(location.search).get('invitation') ?? undefined);

/** Takes a used invitation out of the address, which nobody can use again. */
export function forgetInvitation(): void {
  invitation.value = undefined;
  history.replaceState(null, '', location.pathname + location.hash);
}
