import knexFactory, { type Knex } from 'knex';
import pg from 'pg';
import { migrationSource } from './migrations.ts';

/** Any fixed number, the same in every release: who migrates holds this advisory lock. */
const MIGRATION_LOCK = 8_612_730_041;

/**
 * Opens a pool; nothing is connected before the first query.
 * @param url postgres:// URL
 * @param pool the most connections it keeps
 */
export function openDatabase(url: string, pool: number): Knex {
  return knexFactory({
    client: 'pg',
    connection: { connectionString: url, application_name: 'tonemill' },
    pool: { min: 0, max: pool },
    acquireConnectionTimeout: 15_000,
  });
}

/**
 * Brings the schema up to this release. Safe to call from any number of processes at once, and again.
 * knex's own lock table stays locked for ever when its holder dies; a session's advisory lock does not.
 */
export async function migrate(url: string): Promise<void> {
  const holder = new pg.Client({ connectionString: url, application_name: 'tonemill-migrate' });
  await holder.connect();
  const knex = openDatabase(url, 1);
  try {
    await holder.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await knex.migrate.latest({
      migrationSource,
      disableMigrationsListValidation: true,
      tableName: 'migrations',
    });
  } finally {
    await knex.destroy();
    await holder.end();
  }
}
