import { computed, signal } from '@preact/signals';
import type { components } from '../client/index.ts';
import { forgetInvitation, invitation } from './invitation.ts';
import { forgetUploads } from './kept-uploads.ts';
import { service } from './service.ts';
import { hadSession, leaveSession, session } from './session.ts';

/** The user of the page. `email` is empty for a guest. */
type Account = components['schemas']['Account'];

/** The account of the user; undefined without a session. */
export const account = signal<Account | undefined>(undefined);

export const isGuest = computed(() => account.value?.email === '');

/** Whether the service offers accounts to guests here. */
export const offersGuests = document.body.dataset.guests !== undefined;

/** Whether the service is fresh, so that a backup can be restored into it. */
export const offersRestore = signal(false);

/** Whether a proxy logs the user in. */
export const signsOn = document.body.dataset.signsOn !== undefined;

/** Goes on with the session of an earlier visit, or with that of the user whom a proxy names now. */
export async function startSession(): Promise<void> {
  if (signsOn) {
    await service.signOn();
    return readAccount();
  }
  const resumed = hadSession ? await service.resume() : undefined;
  if (resumed) await readAccount();
  else {
    session.value = 'none';
    offersRestore.value = offersGuests && (await service.isRestorable());
  }
}

/**
 * Restores a backup into the fresh service.
 * @returns whether the user is logged in: as the only guest
 */
export async function restoreBackup(backup: File): Promise<boolean> {
  const { session: guest } = await service.restore(backup);
  offersRestore.value = false;
  if (guest) await readAccount();
  return guest !== null;
}

export async function goOnAsGuest(): Promise<void> {
  await service.logInAsGuest();
  await readAccount();
}

export async function logIn(email: string, password: string): Promise<void> {
  await service.logIn(email, password);
  await readAccount();
}

export async function signUp(name: string, email: string, password: string): Promise<void> {
  await service.signUp({ name, email, password, invitation: invitation.value });
  if (invitation.value !== undefined) forgetInvitation();
  await logIn(email, password);
}

/** Values to change; the present password is needed but for a guest. */
export interface AccountChange {
  password?: string;
  newPassword?: string;
  email?: string;
  user?: string;
}

/** Changes the account; a guest becomes a user. */
export async function changeAccount(change: AccountChange): Promise<void> {
  await service.account.change(change);
  await readAccount();
}

/** Deletes the account with everything in it. A guest has no password. */
export async function removeAccount(password: string | undefined): Promise<void> {
  await service.account.remove(password);
  leave();
}

export async function logOut(): Promise<void> {
  // First, so that the page does not tell of a session that ended by itself.
  leave();
  await service.logOut();
}

/** Reads the account again, such as its number of files. */
export async function readAccount(): Promise<void> {
  account.value = await service.account.get();
  offersRestore.value = false;
  session.value = 'open';
}

function leave(): void {
  forgetUploads();
  leaveSession();
  account.value = undefined;
}
