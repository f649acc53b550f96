import type { Knex } from 'knex';
import type { LockedFamily, RefreshToken, RefreshTokenStore, StoredRefreshToken } from '../../ports/users.ts';
import { AppError } from '../../runtime/errors.ts';

interface TokenRow {
  hash: string;
  family: string;
  user_id: number;
  expires_at: Date;
  used_at: Date | null;
  successor_salt: string | null;
}

export function createRefreshTokenStore(knex: Knex): RefreshTokenStore {
  return {
    async add(token) {
      await knex<TokenRow>('refresh_tokens').insert(toRow(token));
    },
    async withFamily(hash, work) {
      return knex.transaction(async (transaction) => {
        const row = await transaction<TokenRow>('refresh_tokens').where({ hash }).first('family', 'user_id');
        if (!row) return undefined;
        await lock(transaction, row.family);
        // A change of the password waits for this lock, and so removes the new token as well.
        await transaction('users').where({ id: row.user_id }).forKeyShare().first('id');
        return work(lockedFamily(transaction, row.family));
      }, READ_COMMITTED);
    },
  };
}

/** Each statement sees the commits before it, also those after its transaction began to wait for the lock. */
const READ_COMMITTED = { isolationLevel: 'read committed' } as const;

/**
 * Row locks do not cover a successor that another transaction is about to insert; an advisory lock does, and ends with
 * its transaction. Two families with one hash (64 bits) would only wait for each other.
 */
async function lock(transaction: Knex.Transaction, family: string): Promise<void> {
  await transaction.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`refresh tokens ${family}`]);
}

function lockedFamily(transaction: Knex.Transaction, family: string): LockedFamily {
  const tokens = () => transaction<TokenRow>('refresh_tokens');
  return {
    async find(hash) {
      const row = await tokens().where({ hash, family }).first();
      return row && toToken(row);
    },
    async replace(hash, { at, salt }, successor) {
      const count = await tokens().where({ hash, family }).update({ used_at: at, successor_salt: salt });
      if (count === 0)
        throw new AppError('unauthenticated', 'The refresh token is no longer valid. Log in again.');
      await tokens().insert(toRow(successor));
    },
    async revoke() {
      await tokens().where({ family }).delete();
    },
  };
}

function toRow({ hash, family, userId, expiresAt }: RefreshToken): Partial<TokenRow> {
  return { hash, family, user_id: userId, expires_at: expiresAt };
}

/** The salt is missing if an earlier release used the token; an empty salt gives no known token. */
function toToken(row: TokenRow): StoredRefreshToken {
  return {
    hash: row.hash,
    family: row.family,
    userId: row.user_id,
    expiresAt: row.expires_at,
    used: row.used_at ? { at: row.used_at, salt: row.successor_salt ?? '' } : undefined,
  };
}
