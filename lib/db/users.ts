import type { Knex } from 'knex';
import { AppError } from '../errors.ts';
import type { RefreshToken, RefreshTokenStore, User, UserStore } from '../ports/users.ts';
import { createPresence } from './presence.ts';
import { isUniqueViolation } from './rows.ts';

interface UserRow {
  id: number;
  name: string;
  email: string;
  password_hash: string;
}

interface TokenRow {
  hash: string;
  family: string;
  user_id: number;
  expires_at: Date;
  used_at: Date | null;
}

export function createUserStore(knex: Knex): UserStore {
  return {
    async create({ name, email, passwordHash }) {
      try {
        const [row] = await knex<UserRow>('users').insert({ name, email, password_hash: passwordHash }, '*');
        if (!row) throw new TypeError('insert answered no row');
        return toUser(row);
      } catch (error) {
        if (isUniqueViolation(error)) throw taken(error.constraint);
        throw error;
      }
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

export function createRefreshTokenStore(knex: Knex): RefreshTokenStore {
  return {
    async add({ hash, family, userId, expiresAt }) {
      await knex('refresh_tokens').insert({ hash, family, user_id: userId, expires_at: expiresAt });
    },
    async use(hash) {
      const live = () =>
        knex<TokenRow>('refresh_tokens').where({ hash }).where('expires_at', '>', knex.fn.now());
      const [fresh] = await live().whereNull('used_at').update({ used_at: knex.fn.now() }, '*');
      if (fresh) return { token: toToken(fresh), reused: false };
      const used = await live().first();
      return used && { token: toToken(used), reused: true };
    },
    async revokeFamily(family) {
      await knex('refresh_tokens').where({ family }).delete();
    },
  };
}

function taken(constraint: string | undefined): AppError {
  const field = constraint === 'users_name_key' ? 'user' : 'email';
  return new AppError('taken', `This ${field} is taken. Choose another, or log in.`, {
    details: [{ path: field, message: 'is taken' }],
  });
}

function toUser(row: UserRow): User {
  return { id: row.id, name: row.name, email: row.email, passwordHash: row.password_hash };
}

function toToken(row: TokenRow): RefreshToken {
  return { hash: row.hash, family: row.family, userId: row.user_id, expiresAt: row.expires_at };
}
