import type { Invitation } from '../../client/index.ts';
import { openService } from '../service/service.ts';
import { print, printError, printJson, printTable } from '../terminal/output.ts';
import { stopSignal } from '../terminal/stop.ts';
import { idOf } from './tasks.ts';

export interface InviteOptions {
  days: number;
  group?: string;
}

/** Makes an invitation, and prints its link, which nothing shows again. */
export async function makeInvitation(
  email: string | undefined,
  { days, group }: InviteOptions,
): Promise<void> {
  const asked = {
    days,
    ...(email !== undefined && { email }),
    ...(group !== undefined && { groupId: idOf(group) }),
  };
  const { client } = await openService();
  const { id, expiresAt, url } = await client.administration.invite(asked, { signal: stopSignal });
  printError(`Invitation ${id} is valid for one sign-up, until ${expiresAt}. Nothing shows its link again.`);
  print(url);
}

/** Prints the newest invitations. */
export async function listInvitations({ json }: { json?: boolean }): Promise<void> {
  const { client } = await openService();
  const invitations = await client.administration.invitations({ signal: stopSignal });
  if (json) return invitations.forEach(printJson);
  const rows = invitations.map((one) => [
    one.id,
    one.email ?? 'any',
    one.groupId ?? '',
    one.createdAt,
    stateOf(one),
  ]);
  printTable([['ID', 'EMAIL', 'GROUP', 'CREATED', ''], ...rows]);
}

function stateOf({ usedAt, expiresAt }: Invitation): string {
  if (usedAt !== null) return `used ${usedAt}`;
  return `${Date.parse(expiresAt) < Date.now() ? 'expired' : 'valid until'} ${expiresAt}`;
}

export async function removeInvitation(id: string): Promise<void> {
  const { client } = await openService();
  await client.administration.removeInvitation(idOf(id), { signal: stopSignal });
  print('The invitation is removed.');
}
