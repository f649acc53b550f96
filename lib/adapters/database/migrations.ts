import type { Knex } from 'knex';
import { createAccountEvents, dropAccountEvents } from './account-events-migration.ts';
import { createAdministration, dropAdministration } from './administration-migration.ts';
import { createAlbums, dropAlbums } from './albums-migration.ts';
import { createBatches, dropBatches } from './batches-migration.ts';
import { createLimits, dropLimits } from './limits-migration.ts';
import { createOutputs, dropOutputs } from './outputs-migration.ts';
import { createRetention, dropRetention } from './retention-migration.ts';
import { createTaskChanges } from './task-change-triggers.ts';
import { createTaskLists, dropTaskLists } from './task-lists-migration.ts';
import { createTransfers, dropTransfers } from './transfers-migration.ts';
import { createTurns, IN_FLIGHT } from './turn-functions.ts';
import { createWaitingSince, dropWaitingSince } from './waiting-since-migration.ts';
import { createWebhooks, dropWebhooks } from './webhooks-migration.ts';

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
const MIGRATIONS: readonly Migration[] = [
  { name: '001_schema', up: createSchema, down: dropSchema },
  { name: '002_presets', up: createPresets, down: (knex) => knex.schema.dropTable('presets') },
  { name: '003_batches', up: createBatches, down: dropBatches },
  { name: '004_task_lists', up: createTaskLists, down: dropTaskLists },
  { name: '005_transfers', up: createTransfers, down: dropTransfers },
  { name: '006_limits', up: createLimits, down: dropLimits },
  { name: '007_webhooks', up: createWebhooks, down: dropWebhooks },
  { name: '008_retention', up: createRetention, down: dropRetention },
  { name: '009_account_events', up: createAccountEvents, down: dropAccountEvents },
  { name: '010_waiting_since', up: createWaitingSince, down: dropWaitingSince },
  { name: '011_administration', up: createAdministration, down: dropAdministration },
  { name: '012_outputs', up: createOutputs, down: dropOutputs },
  { name: '013_albums', up: createAlbums, down: dropAlbums },
];

export const MIGRATION_NAMES: readonly string[] = MIGRATIONS.map(({ name }) => name);

/**
 * The column that a migration got last although databases with that migration existed, as is allowed before the first
 * release. A database without it has tables that no migration brings up to date.
 */
export const LATEST_COLUMN = { migration: '001_schema', table: 'api_keys', column: 'request_id' } as const;

/** Migrations that live in code, so that a bundle carries them and their names don't depend on file endings. */
export const migrationSource: Knex.MigrationSource<Migration> = {
  getMigrations: async () => [...MIGRATIONS],
  getMigrationName: (migration) => migration.name,
  getMigration: async (migration) => migration,
};

async function createSchema(knex: Knex): Promise<void> {
  await createUsers(knex);
  await createRefreshTokens(knex);
  await createApiKeys(knex);
  await createIdempotencyKeys(knex);
  await createTasks(knex);
  await createTurns(knex);
  await createTaskChanges(knex);
  await createEndedUploads(knex);
  await createHousekeepingJobs(knex);
}

async function dropSchema(knex: Knex): Promise<void> {
  await knex.raw('drop function admit_tasks(integer), next_turn(integer)');
  for (const table of [
    'housekeeping_jobs',
    'ended_uploads',
    'tasks',
    'idempotency_keys',
    'api_keys',
    'refresh_tokens',
    'users',
  ])
    await knex.schema.dropTable(table);
  await knex.raw('drop function number_task_change(), notify_task_change()');
  await knex.raw('drop sequence task_changes');
}

async function createUsers(knex: Knex): Promise<void> {
  await knex.schema.createTable('users', (table) => {
    table.increments('id');
    table.text('name').notNullable();
    // Guests have none.
    table.text('email');
    table.text('password_hash').notNullable();
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now());
    // Tokens of an earlier epoch are refused.
    table.integer('session_epoch').notNullable().defaultTo(0);
    table.timestamp('sessions_ended_at');
  });
  await knex.raw('create unique index users_name_key on users (lower(name))');
  await knex.raw(
    'create index users_sessions_ended on users (sessions_ended_at) where sessions_ended_at is not null',
  );
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

async function createApiKeys(knex: Knex): Promise<void> {
  await knex.schema.createTable('api_keys', (table) => {
    table.increments('id');
    table.integer('user_id').notNullable().references('users.id').onDelete('cascade').index();
    table.text('name').notNullable();
    table.text('hash').notNullable().unique();
    table.specificType('scopes', 'text[]').notNullable();
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now());
    table.timestamp('expires_at');
    table.timestamp('last_used_at');
    // Request with an Idempotency-Key that made the key.
    table.uuid('request_id').unique();
  });
}

/** Requests by the Idempotency-Key of their callers; see `IdempotencyStore`. */
async function createIdempotencyKeys(knex: Knex): Promise<void> {
  await knex.schema.createTable('idempotency_keys', (table) => {
    table.integer('user_id').notNullable().references('users.id').onDelete('cascade');
    table.text('key_hash').notNullable();
    table.text('route').notNullable();
    // Null until the body is read.
    table.text('fingerprint');
    // Stays the same for all attempts; a task that one of them makes has it too.
    table.uuid('request_id').notNullable();
    table.uuid('claim');
    table.timestamp('claimed_until').notNullable();
    // Whether an earlier attempt ended without an answer.
    table.boolean('resumed').notNullable().defaultTo(false);
    // Null while no answer is kept; encrypted.
    table.binary('answer');
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now()).index();
    table.primary(['user_id', 'key_hash']);
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
    // Null while no message of the task is on its way.
    table.text('fault');
    table.timestamp('enqueued_at');
    // Place among the tasks that wait: lower ones go first.
    table.integer('turn').notNullable().defaultTo(0);
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
    table.jsonb('cover');
    // Request with an Idempotency-Key that made the task.
    table.uuid('request_id');
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
  await knex.raw("create index tasks_attempts on tasks (attempt) where state in ('UPLOADED', 'PROCESSING')");
  await knex.raw("create index tasks_turns on tasks (state, turn) where state in ('UPLOADED', 'PROCESSING')");
  await knex.raw(
    "create index tasks_turns_of_user on tasks (user_id, turn) where state in ('UPLOADED', 'PROCESSING')",
  );
  await knex.raw(
    "create index tasks_held_back on tasks (turn, id) where state = 'UPLOADED' and enqueued_at is null",
  );
  await knex.raw('create unique index tasks_request on tasks (request_id) where request_id is not null');
  await knex.raw(`create index tasks_in_flight on tasks (id) where ${IN_FLIGHT}`);
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
    // Key of a storage after which the next run goes on.
    table.text('position');
  });
}

/** Requested outputs that users saved under names. */
async function createPresets(knex: Knex): Promise<void> {
  await knex.schema.createTable('presets', (table) => {
    table.increments('id');
    table.integer('user_id').notNullable().references('users.id').onDelete('cascade');
    table.text('name').notNullable();
    table.text('format').notNullable();
    table.jsonb('options').notNullable();
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now());
    table.timestamp('changed_at').notNullable().defaultTo(knex.fn.now());
    table.unique(['user_id', 'name']);
  });
}
