import type { Knex } from 'knex';
import { createUpdateTriggers } from './task-change-triggers.ts';
import { HERE, iso } from './webhooks-migration.ts';

/**
 * The time at which the files of a task are removed, and when its owner was told. A trigger adds the deliveries of
 * `task.expiring` in the transaction that tells it.
 */
export async function createRetention(knex: Knex): Promise<void> {
  // Both null: the files are kept.
  await knex.raw(
    'alter table tasks add column expires_at timestamptz, add column expiry_told_at timestamptz',
  );
  await knex.raw('create index tasks_expiring on tasks (expires_at) where expires_at is not null');
  await knex.raw(`create index tasks_without_expiry on tasks (id)
    where expires_at is null and state in ('PROCESSED', 'FAILED')`);
  await createUpdateTriggers(knex, ['delivered', 'expires_at', 'expiry_told_at']);
  await knex.raw(`create function add_expiring_delivery() returns trigger ${HERE} as $$
    begin
      perform add_deliveries('task.expiring', new.user_id, new.id, new.batch_id, new.traceparent, json_build_object(
        'id', new.id, 'name', new.name, 'convertedExt', new.format, 'state', new.state, 'revision', new.revision,
        'batchId', new.batch_id, 'createdAt', ${iso('new.created_at')}, 'finishedAt', ${iso('new.finished_at')},
        'expiresAt', ${iso('new.expires_at')}));
      return null;
    end $$`);
  await knex.raw(`create trigger deliver_expiring after update on tasks for each row
    when (old.expiry_told_at is null and new.expiry_told_at is not null) execute function add_expiring_delivery()`);
}

/** Takes the migration back. */
export async function dropRetention(knex: Knex): Promise<void> {
  await knex.raw('drop trigger deliver_expiring on tasks');
  await knex.raw('drop function add_expiring_delivery()');
  await createUpdateTriggers(knex, ['delivered']);
  await knex.raw('alter table tasks drop column expires_at, drop column expiry_told_at');
}
