import type { Duplex } from 'node:stream';
import knexFactory, { type Knex } from 'knex';
import pg from 'pg';
import { migrationSource } from './migrations.ts';

/** How to reach a database: a postgres:// URL, or who comes in through a connector's stream. */
export type DatabaseAddress = string | ConnectorAddress;

interface ConnectorAddress {
  readonly stream: () => Duplex;
  readonly user: string;
  readonly database: string;
}

/** The same as pg takes it. */
export function clientConfig(address: DatabaseAddress): { connectionString: string } | ConnectorAddress {
  return typeof address === 'string' ? { connectionString: address } : address;
}

/** Any fixed number, the same in every release: who migrates holds this advisory lock. */
const MIGRATION_LOCK = 8_612_730_041;

/**
 * Opens a pool; nothing is connected before the first query.
 * @param pool the most connections it keeps
 */
export function openDatabase(address: DatabaseAddress, pool: number): Knex {
  return knexFactory({
    client: 'pg',
    connection: { ...clientConfig(address), application_name: 'tonemill' },
    pool: { min: 0, max: pool },
    acquireConnectionTimeout: 15_000,
  });
}

/**
 * Brings the schema up to this release. Safe to call from any number of processes at once, and again.
 * knex's own lock table stays locked for ever when its holder dies; a session's advisory lock does not.
 */
export async function migrate(address: DatabaseAddress): Promise<void> {
  const holder = new pg.Client({ ...clientConfig(address), application_name: 'tonemill-migrate' });
  await holder.connect();
  const knex = openDatabase(address, 1);
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
