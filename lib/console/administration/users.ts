import { signal } from '@preact/signals';
import type { GroupLimits, ManagedUser } from '../../client/index.ts';
import { service } from '../service.ts';

/** Users on one page of the list. */
const PAGE = 50;

/** Users that are found, by id. */
export const users = signal<readonly ManagedUser[]>([]);

/** Whether there are more users than those. */
export const hasMore = signal(false);

/** Which users to find. */
export interface UserSearch {
  /** A part of the name or of the email; empty for all. */
  text: string;
  groupId: number | undefined;
}

/** The users that the list has. */
export const search = signal<UserSearch>({ text: '', groupId: undefined });

/** Reads the first users that fit. An answer that comes after a newer search is dropped. */
export async function findUsers(change: Partial<UserSearch> = {}): Promise<void> {
  search.value = { ...search.value, ...change };
  await read(0);
}

/** Reads the users after those that are there. */
export async function findMore(): Promise<void> {
  await read(users.value.at(-1)?.id ?? 0);
}

async function read(after: number): Promise<void> {
  const wanted = search.value;
  const text = wanted.text.trim();
  const { groupId } = wanted;
  const query = { ...(text !== '' && { search: text }), ...(groupId !== undefined && { groupId }) };
  const found = await service.administration.users({ ...query, after, max: PAGE + 1 });
  if (search.value !== wanted) return;
  const before = users.value.filter(({ id }) => id <= after);
  users.value = [...before, ...found.slice(0, PAGE)];
  hasMore.value = found.length > PAGE;
}

/** A change of a user: suspended or not, the group, or all limits of the user's own. */
interface UserChange {
  suspended?: boolean;
  groupId?: number | null;
  limits?: GroupLimits;
}

export async function changeUser(id: number, change: UserChange): Promise<void> {
  const changed = await service.administration.changeUser(id, change);
  users.value = users.value.map((user) => (user.id === id ? changed : user));
}
