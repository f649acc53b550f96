import type { Knex } from 'knex';
import type { NewUser, User, UserStore } from '../../ports/users.ts';
import { AppError } from '../../runtime/errors.ts';
import { acceptInvitation } from './invitations.ts';
import { createPresence } from './presence.ts';
import { isUniqueViolation } from './rows.ts';

interface UserRow {
  id: number;
  name: string;
  /** Null for guests, so that the unique index holds any number of them. */
  email: string | null;
  password_hash: string;
  session_epoch: number;
  sessions_ended_at: Date | null;
  created_at: Date;
  suspended_at: Date | null;
  /** In lower case. */
  proven_email: string | null;
}

export function createUserStore(knex: Knex): UserStore {
  return {
    async create(user) {
      try {
        return await knex.transaction((transaction) => insertUser(transaction, user));
      } catch (error) {
        if (isUniqueViolation(error)) throw taken(error.constraint);
        throw error;
      }
    },
    async checkFree({ name, email }) {
      const rows = await knex<UserRow>('users')
        .whereRaw('lower(name) = lower(?) or lower(email) = lower(?)', [name, email])
        .select<{ named: boolean }[]>(knex.raw('lower(name) = lower(?) as named', [name]));
      if (rows.length > 0) throw taken(rows.some(({ named }) => named) ? NAME_KEY : undefined);
    },
    async findByEmail(email) {
      const row = await knex<UserRow>('users').whereRaw('lower(email) = lower(?)', [email]).first();
      return row && toUser(row);
    },
    async find(id) {
      const row = await knex<UserRow>('users').where({ id }).first();
      return row && toUser(row);
    },
    async change({ id, passwordHash: old }, { name, email, passwordHash }) {
      const changed = {
        ...(name !== undefined && { name }),
        ...(email !== undefined && { email }),
        ...(passwordHash !== undefined && { password_hash: passwordHash, ...ended(knex) }),
      };
      try {
        return await knex.transaction(async (transaction) => {
          // A refresh holds a lock of its user until its new token is committed; see withFamily.
          const user = await transaction<UserRow>('users').where({ id }).forUpdate().first();
          if (user?.password_hash !== old) return undefined;
          if (passwordHash !== undefined) await transaction('refresh_tokens').where({ user_id: id }).delete();
          if (Object.keys(changed).length === 0) return toUser(user);
          const [row] = await transaction<UserRow>('users').where({ id }).update(changed, '*');
          return row && toUser(row);
        });
      } catch (error) {
        if (isUniqueViolation(error)) throw taken(error.constraint);
        throw error;
      }
    },
    async prove(email) {
      const proven = { proven_email: knex.raw('lower(email)') };
      return (await knex<UserRow>('users').whereRaw('lower(email) = lower(?)', [email]).update(proven)) > 0;
    },
    async remove(id) {
      await knex<UserRow>('users').where({ id }).delete();
    },
    async endedSessions(seconds) {
      const rows = await knex<UserRow>('users')
        .whereRaw("sessions_ended_at > now() - ? * interval '1 second'", [seconds])
        .select('id', 'session_epoch');
      return new Map(rows.map((row) => [row.id, row.session_epoch]));
    },
    exists: createPresence((ids) =>
      knex<UserRow>('users')
        .whereIn('id', [...ids])
        .whereNull('suspended_at')
        .pluck('id'),
    ),
  };
}

async function insertUser(
  transaction: Knex.Transaction,
  { name, email, passwordHash, isProven = false, invitation }: NewUser,
): Promise<User> {
  const accepted =
    invitation === undefined ? undefined : await acceptInvitation(transaction, invitation, email);
  const proven = isProven || accepted?.provesEmail ? transaction.raw('lower(?)', [email]) : null;
  const [row] = await transaction<UserRow>('users').insert(
    { name, email: email || null, password_hash: passwordHash, proven_email: proven },
    '*',
  );
  if (!row) throw new TypeError('insert returned no row');
  const groupId = accepted?.groupId ?? null;
  if (groupId !== null) await transaction('user_limits').insert({ user_id: row.id, group_id: groupId });
  return toUser(row);
}

/** Columns by which all sessions of a user end. */
export function ended(knex: Knex) {
  return { session_epoch: knex.raw('session_epoch + 1'), sessions_ended_at: knex.fn.now() };
}

/** The unique index on names. */
const NAME_KEY = 'users_name_key';

function taken(constraint: string | undefined): AppError {
  const field = constraint === NAME_KEY ? 'user' : 'email';
  return new AppError('taken', `This ${field} is taken. Choose another, or log in.`, {
    details: [{ path: field, message: 'is taken' }],
  });
}

function toUser(row: UserRow): User {
  const { id, name, email } = row;
  return {
    id,
    name,
    email: email ?? '',
    passwordHash: row.password_hash,
    epoch: row.session_epoch,
    createdAt: row.created_at,
    isSuspended: row.suspended_at !== null,
    isProven: email !== null && row.proven_email === email.toLowerCase(),
  };
}
