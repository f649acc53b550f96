import type { Duplex } from 'node:stream';
import knexFactory, { type Knex } from 'knex';
import pg from 'pg';
import type { PoolState } from '../../ports/pool-state.ts';
import { AppError } from '../../runtime/errors.ts';
import { postgresClient } from './client.ts';
import { LATEST_COLUMN, MIGRATION_NAMES, migrationSource } from './migrations.ts';

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
    // knex writes each lost connection to stderr, past the log; the query that meets it throws the same error.
    log: { warn: () => undefined },
  });
}

/** The part of knex's pool that counts (tarn). */
interface CountingPool {
  numUsed(): number;
  numFree(): number;
  numPendingAcquires(): number;
}

export function poolState(knex: Knex): PoolState {
  const pool: CountingPool = knex.client.pool;
  return { used: pool.numUsed(), idle: pool.numFree(), waiting: pool.numPendingAcquires() };
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
    await mustNotBeOutdated(knex);
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
  await mustNotBeOutdated(knex);
  const done = await migrationsDone(knex);
  if (MIGRATION_NAMES.every((name) => done.has(name))) return;
  const sentence = "The database's schema is older than this release. Run npm run migrate as its owner.";
  throw new AppError('misconfigured', sentence);
}

/** Throws `misconfigured` for the tables of a development version, which the migrations took for those of this release. */
async function mustNotBeOutdated(knex: Knex): Promise<void> {
  const { migration } = LATEST_COLUMN;
  if (!(await migrationsDone(knex)).has(migration) || (await hasLatestColumn(knex))) return;
  const sentence =
    'A development version of Tonemill made this database, and its tables cannot be brought up to date. ' +
    'Remove the data folder (.tonemill, or TONEMILL_DATA) or, with DATABASE_URL, the database, and start again.';
  throw new AppError('misconfigured', sentence);
}

/** Asks the catalogue, since information_schema leaves out the columns that a login has no privilege for. */
async function hasLatestColumn(knex: Knex): Promise<boolean> {
  const { table, column } = LATEST_COLUMN;
  const found = await knex('pg_attribute')
    .whereRaw('attrelid = to_regclass(?)', [table])
    .where({ attname: column, attisdropped: false })
    .first(knex.raw('1'));
  return found !== undefined;
}

async function migrationsDone(knex: Knex): Promise<ReadonlySet<string>> {
  const there = await knex.schema.hasTable('migrations');
  return new Set<string>(there ? await knex('migrations').pluck('name') : []);
}
