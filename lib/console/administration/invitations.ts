import { signal } from '@preact/signals';
import type { Invitation } from '../../client/index.ts';
import { service } from '../service.ts';

/** The invitations, the newest first. */
export const invitations = signal<readonly Invitation[]>([]);

export async function readInvitations(): Promise<void> {
  invitations.value = await service.administration.invitations();
}

type Asked = Parameters<typeof service.administration.invite>[0];

/** Makes an invitation, and answers its link, which is shown only once. */
export async function invite(asked: Asked): Promise<string> {
  const made = await service.administration.invite(asked);
  await readInvitations();
  return made.url;
}

export async function removeInvitation(id: number): Promise<void> {
  await service.administration.removeInvitation(id);
  await readInvitations();
}
