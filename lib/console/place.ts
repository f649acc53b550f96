import { computed, signal } from '@preact/signals';

const hash = signal(location.hash);

/** Follows the address, so that the browser's own buttons work. */
export function followAddress(): void {
  addEventListener('hashchange', () => {
    hash.value = location.hash;
  });
}

/** The dialog that the address names. */
export const place = computed<Place>(() => placeOf(hash.value));

type Place = { name: 'files' | (typeof NAMED)[number] } | { name: 'task'; id: number };

/** Names of dialogs in the address. */
const NAMED = ['account', 'administration', 'groups', 'invitations', 'batches', 'log-in', 'sign-up'] as const;

export function go(to: string): void {
  if (to === '') history.pushState(null, '', location.pathname + location.search);
  else location.hash = to;
  hash.value = to;
}

function placeOf(address: string): Place {
  const id = /^#tasks\/(\d{1,10})$/.exec(address)?.[1];
  if (id !== undefined) return { name: 'task', id: Number(id) };
  return { name: NAMED.find((name) => address === `#${name}`) ?? 'files' };
}
