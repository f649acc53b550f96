import { openService } from '../service/service.ts';
import { usageError } from '../terminal/command-error.ts';
import { print, printJson, printTable } from '../terminal/output.ts';
import { stopSignal } from '../terminal/stop.ts';
import { limitsText, withLimits } from './limits.ts';
import { idOf } from './tasks.ts';

export interface UserListOptions {
  search?: string;
  group?: string;
  max: number;
  json?: boolean;
}

/** Most users on one page of the service. */
const PAGE = 200;

/** Prints users with what they have. */
export async function listUsers({ search, group, max, json }: UserListOptions): Promise<void> {
  const query = {
    ...(search !== undefined && { search }),
    ...(group !== undefined && { groupId: idOf(group) }),
  };
  const { client } = await openService();
  const users = [];
  for (let after = 0, rest = max; rest > 0; ) {
    const asked = { ...query, after, max: Math.min(rest, PAGE) };
    const page = await client.administration.users(asked, { signal: stopSignal });
    users.push(...page);
    rest = page.length < asked.max ? 0 : rest - page.length;
    after = page.at(-1)?.id ?? 0;
  }
  if (json) return users.forEach(printJson);
  const rows = users.map(({ id, user, email, group: its, suspendedAt, usage, limits }) => [
    id,
    user,
    email,
    its?.name ?? '',
    Object.values(usage.tasks).reduce((sum, many) => sum + many, 0),
    usage.storedBytes,
    limitsText(limits),
    suspendedAt === null ? '' : 'suspended',
  ]);
  printTable([['ID', 'NAME', 'EMAIL', 'GROUP', 'TASKS', 'BYTES', 'OWN LIMITS', ''], ...rows]);
}

/** Suspends a user, or lets the user in again. */
export async function setSuspended(id: string, suspended: boolean): Promise<void> {
  const { client } = await openService();
  const { user } = await client.administration.changeUser(idOf(id), { suspended }, { signal: stopSignal });
  print(suspended ? `${user} is suspended.` : `${user} may log in again.`);
}

export interface UserChangeOptions {
  group?: string;
  limit?: string[];
}

/** Sets the group of a user, and limits of the user's own; limits that are not named stay. */
export async function changeUser(id: string, { group, limit }: UserChangeOptions): Promise<void> {
  if (group === undefined && limit === undefined) throw usageError('Expected --group or --limit.');
  const number = idOf(id);
  const groupId = group === 'none' ? null : group === undefined ? undefined : idOf(group);
  const change = withLimits(limit);
  const call = { signal: stopSignal };
  const { client } = await openService();
  const { limits } = await client.administration.user(number, call);
  const changed = await client.administration.changeUser(
    number,
    { ...(groupId !== undefined && { groupId }), ...(limit && { limits: change(limits) }) },
    call,
  );
  print(
    `${changed.user}: group ${changed.group?.name ?? 'none'}, own limits ${limitsText(changed.limits) || 'none'}.`,
  );
}
