import type { Knex } from 'knex';
import type { User, UserStore } from '../../ports/users.ts';
import { AppError } from '../../runtime/errors.ts';
import { createPresence } from './presence.ts';
import { isUniqueViolation } from './rows.ts';

interface UserRow {
  id: number;
  name: string;
  email: string;
  password_hash: string;
}

export function createUserStore(knex: Knex): UserStore {
  return {
    async create({ name, email, passwordHash }) {
      try {
        const [row] = await knex<UserRow>('users').insert({ name, email, password_hash: passwordHash }, '*');
        if (!row) throw new TypeError('insert returned no row');
        return toUser(row);
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
    exists: createPresence((ids) =>
      knex<UserRow>('users')
        .whereIn('id', [...ids])
        .pluck('id'),
    ),
  };
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
  return { id: row.id, name: row.name, email: row.email, passwordHash: row.password_hash };
}
