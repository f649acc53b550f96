import type { Knex } from 'knex';
import type { Invitation, InvitationStore } from '../../ports/invitations.ts';
import { AppError } from '../../runtime/errors.ts';

interface InvitationRow {
  id: number;
  hash: string;
  email: string | null;
  group_id: number | null;
  created_at: Date;
  expires_at: Date;
  used_at: Date | null;
}

const USABLE = 'used_at is null and expires_at > now() and (email is null or lower(email) = lower(?))';

export function createInvitationStore(knex: Knex): InvitationStore {
  const invitations = (db: Knex = knex) => db<InvitationRow>('invitations');
  return {
    add: ({ hash, email, groupId, expiresAt }, most) =>
      knex.transaction(async (transaction) => {
        const group = groupId === null || (await transaction('groups').where({ id: groupId }).first('id'));
        const [count] = await invitations(transaction).count({ count: '*' });
        if (!group || Number(count?.count) >= most) return undefined;
        const added = { hash, email, group_id: groupId, expires_at: expiresAt };
        const [row] = await invitations(transaction).insert(added, '*');
        return row && toInvitation(row);
      }),
    async list(limit) {
      return (await invitations().orderBy('id', 'desc').limit(limit)).map(toInvitation);
    },
    async find(hash, email) {
      const row = await invitations().where({ hash }).whereRaw(USABLE, [email]).first();
      return row && toInvitation(row);
    },
    async remove(id) {
      const [row] = await invitations().where({ id }).delete('*');
      return row && toInvitation(row);
    },
  };
}

/** Uses up an invitation. Throws `sign_up_refused` if another request was first. */
export async function acceptInvitation(
  transaction: Knex.Transaction,
  hash: string,
  email: string,
): Promise<{ groupId: number | null; provesEmail: boolean }> {
  const [row] = await transaction<InvitationRow>('invitations')
    .where({ hash })
    .whereRaw(USABLE, [email])
    .update({ used_at: transaction.fn.now() }, '*');
  if (row) return { groupId: row.group_id, provesEmail: row.email !== null };
  throw new AppError('sign_up_refused', 'This invitation was used. Ask for another one.');
}

function toInvitation(row: InvitationRow): Invitation {
  return {
    id: row.id,
    email: row.email,
    groupId: row.group_id,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    usedAt: row.used_at,
  };
}
