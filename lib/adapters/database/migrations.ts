import type { Knex } from 'knex';

interface Migration {
  name: string;
  up(knex: Knex): Promise<void>;
  down(knex: Knex): Promise<void>;
}

/**
 * Migrations in their order. A released name is never changed or removed.
 *
 * Machines are replaced one after another, so the previous release still runs after the migrations. A migration
 * therefore only expands: new tables, new optional columns, new indexes. A release keeps the columns that it stops using;
 * the next release removes them. A test checks every migration against this rule.
 */
const MIGRATIONS: readonly Migration[] = [{ name: '001_schema', up: createSchema, down: dropSchema }];

export const MIGRATION_NAMES: readonly string[] = MIGRATIONS.map(({ name }) => name);

/** Migrations that live in code, so that a bundle carries them and their names don't depend on file endings. */
export const migrationSource: Knex.MigrationSource<Migration> = {
  getMigrations: async () => [...MIGRATIONS],
  getMigrationName: (migration) => migration.name,
  getMigration: async (migration) => migration,
};

async function createSchema(knex: Knex): Promise<void> {
  await createUsers(knex);
  await createRefreshTokens(knex);
  await createTasks(knex);
  await createEndedUploads(knex);
  await createHousekeepingJobs(knex);
}

async function dropSchema(knex: Knex): Promise<void> {
  for (const table of ['housekeeping_jobs', 'ended_uploads', 'tasks', 'refresh_tokens', 'users'])
    await knex.schema.dropTable(table);
}

async function createUsers(knex: Knex): Promise<void> {
  await knex.schema.createTable('users', (table) => {
    table.increments('id');
    table.text('name').notNullable();
    table.text('email').notNullable();
    table.text('password_hash').notNullable();
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now());
  });
  await knex.raw('create unique index users_name_key on users (lower(name))');
  await knex.raw('create unique index users_email_key on users (lower(email))');
}

async function createRefreshTokens(knex: Knex): Promise<void> {
  await knex.schema.createTable('refresh_tokens', (table) => {
    table.text('hash').primary();
    table.uuid('family').notNullable().index();
    table.integer('user_id').notNullable().references('users.id').onDelete('cascade').index();
    table.timestamp('expires_at').notNullable().index();
    table.timestamp('used_at');
    // For a few seconds, a used token gives its successor again by this salt.
    table.text('successor_salt');
  });
}

async function createTasks(knex: Knex): Promise<void> {
  await knex.schema.createTable('tasks', (table) => {
    table.increments('id');
    table.integer('user_id').notNullable().references('users.id').onDelete('cascade');
    table.text('name').notNullable();
    table.text('original_ext').notNullable();
    table.text('format').notNullable();
    table.jsonb('options').notNullable();
    table.text('state').notNullable();
    table.integer('revision').notNullable().defaultTo(1);
    table.integer('attempt').notNullable().defaultTo(0);
    table.text('worker');
    table.timestamp('lease_until');
    table.timestamp('enqueued_at');
    table.timestamp('upload_expires_at').notNullable();
    table.double('progress').notNullable().defaultTo(0);
    table.jsonb('media');
    table.jsonb('result');
    table.jsonb('error');
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now());
    table.timestamp('started_at');
    table.timestamp('finished_at');
    // Sizes are exact as bigint; node-postgres returns it as text.
    table.bigInteger('declared_size');
    table.text('upload_session');
    table.bigInteger('upload_received').notNullable().defaultTo(0);
    table.uuid('upload_writer');
    table.timestamp('upload_claimed_at');
    table.jsonb('upload_claims');
    table.jsonb('checksums');
    table.index(['user_id', 'id']);
    table.index(['user_id', 'state', 'id']);
  });
  await knex.raw(`alter table tasks add constraint tasks_state_check check (state in
    ('AWAITING_UPLOAD', 'UPLOADED', 'PROCESSING', 'PROCESSED', 'FAILED', 'EXPIRED'))`);
  await knex.raw(
    "create index tasks_waiting on tasks (enqueued_at) where state in ('UPLOADED', 'PROCESSING')",
  );
  await knex.raw("create index tasks_awaiting on tasks (upload_expires_at) where state = 'AWAITING_UPLOAD'");
  await knex.raw("create index tasks_leased on tasks (worker) where state = 'PROCESSING'");
}

/** Sessions of uploads that ended before their original was received: they must be cancelled. */
async function createEndedUploads(knex: Knex): Promise<void> {
  await knex.schema.createTable('ended_uploads', (table) => {
    table.integer('task_id').primary();
    table.text('session').notNullable();
    table.timestamp('ended_at').notNullable().defaultTo(knex.fn.now()).index();
    table.timestamp('cancelled_at');
  });
  await knex.raw('create index ended_uploads_open on ended_uploads (ended_at) where cancelled_at is null');
}

/** Time at which each housekeeping job last started; any process may run one. */
async function createHousekeepingJobs(knex: Knex): Promise<void> {
  await knex.schema.createTable('housekeeping_jobs', (table) => {
    table.text('name').primary();
    table.timestamp('done_at').notNullable();
  });
}
