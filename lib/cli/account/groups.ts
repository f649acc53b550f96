import { openService } from '../service/service.ts';
import { CommandError, EXIT, usageError } from '../terminal/command-error.ts';
import { print, printJson, printTable } from '../terminal/output.ts';
import { stopSignal } from '../terminal/stop.ts';
import { limitsText, withLimits } from './limits.ts';
import { idOf } from './tasks.ts';

/** Prints the groups with their limits. */
export async function listGroups({ json }: { json?: boolean }): Promise<void> {
  const { client } = await openService();
  const groups = await client.administration.groups({ signal: stopSignal });
  if (json) return groups.forEach(printJson);
  const rows = groups.map(({ id, name, users, limits }) => [id, name, users, limitsText(limits)]);
  printTable([['ID', 'NAME', 'USERS', 'LIMITS'], ...rows]);
}

export interface GroupChangeOptions {
  name?: string;
  limit?: string[];
}

export async function makeGroup(name: string, { limit }: Pick<GroupChangeOptions, 'limit'>): Promise<void> {
  const limits = withLimits(limit)({});
  const { client } = await openService();
  const { id } = await client.administration.createGroup({ name, limits }, { signal: stopSignal });
  print(`The group has the ID ${id}.`);
}

/** Changes a group; limits that are not named stay. */
export async function changeGroup(id: string, { name, limit }: GroupChangeOptions): Promise<void> {
  if (name === undefined && limit === undefined) throw usageError('Expected --name or --limit.');
  const number = idOf(id);
  const change = withLimits(limit);
  const call = { signal: stopSignal };
  const { client } = await openService();
  const before = (await client.administration.groups(call)).find((group) => group.id === number);
  if (!before)
    throw new CommandError(EXIT.failed, `There is no group ${number}. "tonemill admin groups" lists all.`);
  const changed = await client.administration.changeGroup(
    number,
    { ...(name !== undefined && { name }), ...(limit && { limits: change(before.limits) }) },
    call,
  );
  print(`${changed.name}: ${limitsText(changed.limits) || 'no limits of its own'}.`);
}

export async function removeGroup(id: string): Promise<void> {
  const { client } = await openService();
  await client.administration.removeGroup(idOf(id), { signal: stopSignal });
  print('The group is removed. Its users stay, without a group.');
}
