import { z } from 'zod';
import { createInvitations } from '../../lib/accounts/invitations.ts';
import { openDatabase } from '../../lib/adapters/database/connection.ts';
import { createInvitationStore } from '../../lib/adapters/database/invitations.ts';
import { post, type Service, type User, userAt } from './service.ts';

/** The address of the administrator in tests; services get it in ADMIN_EMAILS. */
export const ADMIN = 'admin@example.org';

const PASSWORD = 'correct horse';
const SESSION = z.object({ token: z.string(), refreshToken: z.string() });

/** Signs the administrator up by an invitation, as `npm run invite` makes it. */
export async function newAdministrator(service: Service): Promise<User> {
  const invitation = await invitationFor(service, ADMIN);
  await post(`${service.url()}/api/auth/signup`, { ...formOf('admin', ADMIN), invitation });
  const answer = await post(`${service.url()}/api/auth/login`, { email: ADMIN, password: PASSWORD });
  return userAt(service.url(), { email: ADMIN, ...SESSION.parse(await answer.json()) });
}

/** Text of an invitation that the command line makes. */
export async function invitationFor(service: Service, email?: string): Promise<string> {
  const knex = openDatabase(service.database(), 1);
  const clock = { now: () => new Date() };
  try {
    return (await createInvitations(createInvitationStore(knex), clock).create({ email, days: 1 })).text;
  } finally {
    await knex.destroy();
  }
}

/** Body of a sign-up. */
export function formOf(user: string, email: string) {
  return { user, email, password1: PASSWORD, password2: PASSWORD };
}
