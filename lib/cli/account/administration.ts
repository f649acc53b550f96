import { openService } from '../service/service.ts';
import { print, printJson, printTable } from '../terminal/output.ts';
import { stopSignal } from '../terminal/stop.ts';
import { idOf } from './tasks.ts';

export interface UserListOptions {
  search?: string;
  max: number;
  json?: boolean;
}

/** Prints users with what they have. */
export async function listUsers({ search, max, json }: UserListOptions): Promise<void> {
  const { client } = await openService();
  const query = { max, ...(search !== undefined && { search }) };
  const users = await client.administration.users(query, { signal: stopSignal });
  if (json) return users.forEach(printJson);
  const rows = users.map(({ id, user, email, group, suspendedAt, usage }) => [
    id,
    user,
    email,
    group?.name ?? '',
    Object.values(usage.tasks).reduce((sum, count) => sum + count, 0),
    usage.storedBytes,
    suspendedAt === null ? '' : 'suspended',
  ]);
  printTable([['ID', 'NAME', 'EMAIL', 'GROUP', 'TASKS', 'BYTES', ''], ...rows]);
}

/** Suspends a user, or lets the user in again. */
export async function setSuspended(id: string, suspended: boolean): Promise<void> {
  const { client } = await openService();
  const { user } = await client.administration.changeUser(idOf(id), { suspended }, { signal: stopSignal });
  print(suspended ? `${user} is suspended.` : `${user} may log in again.`);
}

/** Makes an invitation, and prints its link, which nothing shows again. */
export async function makeInvitation(email: string | undefined, { days }: { days: number }): Promise<void> {
  const { client } = await openService();
  const asked = { days, ...(email !== undefined && { email }) };
  print((await client.administration.invite(asked, { signal: stopSignal })).url);
}
