import type { Duplex } from 'node:stream';
import knexFactory, { type Knex } from 'knex';
import pg from 'pg';
import { AppError } from '../../runtime/errors.ts';
import { postgresClient } from './client.ts';
import { MIGRATION_NAMES, migrationSource } from './migrations.ts';

/** Address of a database: a postgres:// URL, or a user and the stream of a connector. */
export type DatabaseAddress = string | ConnectorAddress;

interface ConnectorAddress {
  readonly stream: () => Duplex;
  readonly user: string;
  readonly database: string;
}

/** The same address as options of pg. */
export function clientConfig(address: DatabaseAddress): { connectionString: string } | ConnectorAddress {
  return typeof address === 'string' ? { connectionString: address } : address;
}

/** Advisory lock of a migration: any fixed number, the same in every release. */
const MIGRATION_LOCK = 8_612_730_041;

/**
 * Opens a pool; the first query opens the first connection.
 * @param pool maximum connections
 */
export function openDatabase(address: DatabaseAddress, pool: number): Knex {
  return knexFactory({
    client: postgresClient(),
    connection: { ...clientConfig(address), application_name: 'tonemill' },
    pool: { min: 0, max: pool },
    acquireConnectionTimeout: 15_000,
    // Otherwise error messages repeat every value, among them secrets.
    compileSqlOnError: false,
  });
}

/**
 * Brings the schema up to this release. Any number of processes may call it at once, and again.
 * knex's own lock table stays locked for ever if its holder dies; a session's advisory lock does not.
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

/**
 * Throws `misconfigured` if the schema is older than this release, or missing. A newer one is accepted, since migrations
 * keep the tables and columns that the previous release uses.
 */
export async function mustBeMigrated(knex: Knex): Promise<void> {
  const there = await knex.schema.hasTable('migrations');
  const done = new Set<string>(there ? await knex('migrations').pluck('name') : []);
  if (MIGRATION_NAMES.every((name) => done.has(name))) return;
  const sentence = "The database's schema is older than this release. Run npm run migrate as its owner.";
  throw new AppError('misconfigured', sentence);
}
