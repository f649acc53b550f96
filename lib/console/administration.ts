import { signal } from '@preact/signals';
import type { components, Group, Invitation, ManagedUser } from '../client/index.ts';
import { service } from './service.ts';

/** Users on one page of the list. */
const PAGE = 50;

/** Users that are found, by id. */
export const users = signal<readonly ManagedUser[]>([]);

/** Whether there are more users than those. */
export const hasMore = signal(false);

export const groups = signal<readonly components['schemas']['CountedGroup'][]>([]);
export const invitations = signal<readonly Invitation[]>([]);

/** Reads the first users whose name or email contains a text; of all without one. */
export async function findUsers(search: string): Promise<void> {
  const found = await service.administration.users({ max: PAGE + 1, ...(search !== '' && { search }) });
  users.value = found.slice(0, PAGE);
  hasMore.value = found.length > PAGE;
}

/** Suspends a user, or changes the group. */
export async function changeUser(
  id: number,
  change: { suspended?: boolean; groupId?: number | null },
): Promise<void> {
  const changed = await service.administration.changeUser(id, change);
  users.value = users.value.map((user) => (user.id === id ? changed : user));
}

export async function readGroups(): Promise<void> {
  groups.value = await service.administration.groups();
}

/** Limits of a group by their names in the API; those that are undefined are inherited. */
export type GroupLimits = Group['limits'];

export async function makeGroup(name: string, limits: GroupLimits): Promise<void> {
  await service.administration.createGroup({ name, limits });
  await readGroups();
}

export async function removeGroup(id: number): Promise<void> {
  await service.administration.removeGroup(id);
  await readGroups();
}

export async function readInvitations(): Promise<void> {
  invitations.value = await service.administration.invitations();
}

/** Makes an invitation, and answers its link, which is shown only once. @param email empty: for any address */
export async function invite(email: string): Promise<string> {
  const made = await service.administration.invite(email === '' ? {} : { email });
  await readInvitations();
  return made.url;
}

export async function removeInvitation(id: number): Promise<void> {
  await service.administration.removeInvitation(id);
  await readInvitations();
}
