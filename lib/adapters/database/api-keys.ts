import type { Knex } from 'knex';
import type { ApiKey, ApiKeyStore, Scope } from '../../ports/api-keys.ts';

interface KeyRow {
  id: number;
  user_id: number;
  name: string;
  hash: string;
  scopes: Scope[];
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
  request_id: string | null;
}

export function createApiKeyStore(knex: Knex): ApiKeyStore {
  const keys = () => knex<KeyRow>('api_keys');
  return {
    async add({ userId, name, hash, scopes, expiresAt, requestId = null }, most) {
      return knex.transaction(async (transaction) => {
        // Two requests at once must not both be the last that is allowed.
        await transaction('users').where({ id: userId }).forUpdate().first('id');
        if (requestId !== null)
          await transaction<KeyRow>('api_keys').where({ request_id: requestId }).delete();
        const count = await transaction<KeyRow>('api_keys').where({ user_id: userId }).count({ count: '*' });
        if (Number(count[0]?.count) >= most) return undefined;
        const lifetime = { expires_at: expiresAt, request_id: requestId };
        const added = { user_id: userId, name, hash, scopes: [...scopes], ...lifetime };
        const [row] = await transaction<KeyRow>('api_keys').insert(added, '*');
        return row && toKey(row);
      });
    },
    async list(userId) {
      return (await keys().where({ user_id: userId }).orderBy('id')).map(toKey);
    },
    async find(hash) {
      const row = await keys()
        .join('users', 'users.id', 'api_keys.user_id')
        .where({ hash })
        .first<(KeyRow & { email: string | null; suspended_at: Date | null }) | undefined>(
          'api_keys.*',
          'users.email',
          'users.suspended_at',
        );
      return row && { key: toKey(row), email: row.email ?? '', isSuspended: row.suspended_at !== null };
    },
    async touch(id, at) {
      await keys().where({ id }).update({ last_used_at: at });
    },
    async remove(userId, id) {
      const [row] = await keys().where({ user_id: userId, id }).delete('*');
      return row && toKey(row);
    },
  };
}

function toKey(row: KeyRow): ApiKey {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    scopes: row.scopes,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  };
}
