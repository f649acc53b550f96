import { z } from 'zod';
import type { App } from '../app/app.ts';
import { withoutSlashAtEnd } from '../runtime/urls.ts';
import { usageError } from './terminal/command-error.ts';

export interface InviteOptions {
  days: number;
  url: string;
  existing?: boolean;
}

const EMAIL = z.email().max(254);

/** Prints a link to the sign-up, or notes that the address of an account is proven. Throws a CommandError. */
export async function inviteBy(
  app: Pick<App, 'stores' | 'invitations'>,
  email: string | undefined,
  { days, url, existing }: InviteOptions,
  print: (line: string) => void,
): Promise<void> {
  if (email !== undefined && !EMAIL.safeParse(email).success) throw usageError('Expected an email address.');
  if (existing) return prove(app, email, print);
  if (days < 1 || days > 365) throw usageError('--days: expected a number from 1 to 365.');
  if (!URL.canParse(url)) throw usageError('--url: expected an address such as https://audio.example.org.');
  const { users } = await app.stores();
  const known = email === undefined ? undefined : await users.findByEmail(email);
  if (known)
    throw usageError(
      `An account has this address since ${known.createdAt.toISOString()}. If it is the right person's, repeat this with --existing.`,
    );
  const invitations = await app.invitations();
  const { text, invitation } = await invitations.create({ email, days });
  print(`${withoutSlashAtEnd(url)}/?invitation=${text}`);
  print(`Valid for one sign-up, until ${invitation.expiresAt.toISOString()}.`);
}

async function prove(
  { stores }: Pick<App, 'stores'>,
  email: string | undefined,
  print: (line: string) => void,
): Promise<void> {
  if (email === undefined) throw usageError('--existing: expected the address of the account.');
  const { users } = await stores();
  if (!(await users.prove(email))) throw usageError('No account has this address.');
  print(`The address ${email} is now taken for that of its user.`);
}
