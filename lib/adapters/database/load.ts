import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { DatabaseLoad, LoadEnd } from '../../ports/backup.ts';
import { AppError } from '../../runtime/errors.ts';
import { clientConfig, type DatabaseAddress, migrate, openDatabase } from './connection.ts';
import { MIGRATION_NAMES, migrationSource } from './migrations.ts';

/** Triggers that a load leaves on, since they make what a backup leaves out. */
const KEPT_TRIGGERS = [{ table: 'tasks', trigger: 'count_stored_bytes' }];

/** Loads rows as the owner of the schema, which exists. */
export async function openLoad(address: DatabaseAddress): Promise<DatabaseLoad> {
  const client = new pg.Client({ ...clientConfig(address), application_name: 'tonemill-restore' });
  await client.connect();
  let isDowngraded = false;
  return {
    isEmpty: () => isEmpty(client),
    async onlyGuest() {
      const { rows } = await client.query<{ id: number; email: string | null }>(
        'select id, email from users limit 2',
      );
      const [one, ...others] = rows;
      return one && one.email === null && others.length === 0 ? one.id : undefined;
    },
    async begin(migrations) {
      await mustBeKnown(migrations);
      await mustBeEmpty(client);
      if (migrations.length < MIGRATION_NAMES.length) {
        isDowngraded = true;
        await migrateTo(address, migrations.length);
      }
      await client.query('begin');
      for (const table of await tableNames(client))
        await client.query(`alter table ${table} disable trigger user`);
      for (const { table, trigger } of await keptTriggers(client))
        await client.query(`alter table ${table} enable trigger ${trigger}`);
      await mustBeEmpty(client);
    },
    async copy({ name, columns }, rows) {
      const listed = columns.map((column) => client.escapeIdentifier(column)).join(', ');
      const sql = `copy public.${client.escapeIdentifier(name)} (${listed}) from stdin`;
      await pipeline(rows, client.query(copyFrom(sql))).catch(asInvalid);
    },
    async finish(end) {
      await repair(client, end).catch(asInvalid);
      for (const table of await tableNames(client))
        await client.query(`alter table ${table} enable trigger user`);
      await client.query('commit');
      if (isDowngraded) await migrate(address);
    },
    async abort() {
      await client.query('rollback');
      if (!isDowngraded) return;
      await migrateTo(address, 0);
      await migrate(address);
    },
    close: () => client.end(),
  };
}

async function mustBeKnown(migrations: readonly string[]): Promise<void> {
  const unknown = migrations.find((name, index) => MIGRATION_NAMES[index] !== name);
  if (unknown === undefined && migrations.length > 0) return;
  const sentence = `The backup is of a newer release than this program: it has the schema ${unknown ?? 'of no release'}. Update the program first.`;
  throw new AppError('invalid_backup', sentence);
}

async function isEmpty(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query('select 1 from users union all select 1 from tasks limit 1');
  return rows.length === 0;
}

async function mustBeEmpty(client: pg.Client): Promise<void> {
  if (await isEmpty(client)) return;
  throw new AppError(
    'not_empty',
    'This installation has users already. A backup is restored into an empty one.',
  );
}

/** Takes all migrations back, and does the first ones again. */
async function migrateTo(address: DatabaseAddress, count: number): Promise<void> {
  const knex = openDatabase(address, 1);
  const config = { migrationSource, tableName: 'migrations' };
  try {
    await knex.migrate.rollback(config, true);
    for (let done = 0; done < count; done++) await knex.migrate.up(config);
  } finally {
    await knex.destroy();
  }
}

/** Quoted names of the tables of the service. */
async function tableNames(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ tablename: string }>(
    "select tablename from pg_tables where schemaname = 'public' and tablename not like 'migrations%'",
  );
  return rows.map(({ tablename }) => `public.${client.escapeIdentifier(tablename)}`);
}

async function keptTriggers(client: pg.Client) {
  const { rows } = await client.query<{ tgname: string }>(
    'select tgname from pg_trigger where not tgisinternal',
  );
  return KEPT_TRIGGERS.filter(({ trigger }) => rows.some(({ tgname }) => tgname === trigger));
}

/** Sets sequences, and frees rows from the workers, writers and messages of the old installation. */
async function repair(client: pg.Client, { sequences, again }: LoadEnd): Promise<void> {
  for (const [name, value] of Object.entries(sequences))
    await client.query('select setval($1::regclass, $2)', [`public.${client.escapeIdentifier(name)}`, value]);
  await client.query(
    `update tasks set state = 'UPLOADED', progress = 0, result = null, error = null, attempt = 0, worker = null,
        lease_until = null, enqueued_at = null, started_at = null, finished_at = null
      where state in ('UPLOADED', 'PROCESSING') or id = any($1)`,
    [again],
  );
  await client.query(
    `update tasks set progress = 0, upload_received = 0, upload_writer = null, upload_claimed_at = null, upload_claims = null
      where state = 'AWAITING_UPLOAD'`,
  );
  const { rows } = await client.query("select to_regclass('public.transfers') as found");
  if (rows[0]?.found)
    await client.query(
      'update transfers set worker = null, due_at = now(), claim = claim + 1 where worker is not null',
    );
}

/** Errors of PostgreSQL about the rows are faults of the backup. */
function asInvalid(cause: unknown): never {
  if (!(cause instanceof pg.DatabaseError)) throw cause;
  throw new AppError('invalid_backup', 'The backup has rows that do not fit its schema.', { cause });
}
