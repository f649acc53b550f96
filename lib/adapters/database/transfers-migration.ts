import type { Knex } from 'knex';
import { createUpdateTriggers, notifyOfChanges } from './task-change-triggers.ts';

/**
 * Originals that the service fetches, and results that it delivers: one row for each until the work has ended. A row of a
 * delivery waits for the task; a trigger makes it due in the transaction that makes the task PROCESSED, so that no crash
 * loses it, and another revision makes it wait again.
 */
export async function createTransfers(knex: Knex): Promise<void> {
  await knex.schema.createTable('transfers', (table) => {
    table.integer('task_id').notNullable().references('tasks.id').onDelete('cascade');
    table.text('kind').notNullable();
    table.integer('user_id').notNullable();
    // A secret, never shown.
    table.text('url').notNullable();
    // Time of the next try; while one runs, the end of its lease; null while there is nothing to do.
    table.timestamp('due_at');
    // Counts the claims, so that a late try changes nothing.
    table.integer('claim').notNullable().defaultTo(0);
    // Null while no try runs.
    table.text('worker');
    table.integer('tries').notNullable().defaultTo(0);
    table.primary(['task_id', 'kind']);
  });
  await knex.raw('create index transfers_due on transfers (due_at) where due_at is not null');
  await knex.raw('create index transfers_running on transfers (user_id) where worker is not null');
  await knex.raw(
    'alter table tasks add column source jsonb, add column destination jsonb, add column delivered jsonb',
  );
  await notifyOfChanges(knex, ['batch_id']);
  await createUpdateTriggers(knex, ['delivered']);
  await knex.raw(`create function start_delivery() returns trigger language plpgsql as $$
    begin
      update transfers set claim = claim + 1, worker = null, tries = 0,
          due_at = case when new.state = 'PROCESSED' then now() end
        where task_id = new.id and kind = 'delivery';
      return null;
    end $$`);
  await knex.raw(`create trigger start_delivery after update on tasks for each row
    when (new.destination is not null and old.state is distinct from new.state) execute function start_delivery()`);
}

/** Takes the migration back. */
export async function dropTransfers(knex: Knex): Promise<void> {
  await knex.raw('drop trigger start_delivery on tasks');
  await knex.raw('drop function start_delivery()');
  await createUpdateTriggers(knex);
  await knex.schema.dropTable('transfers');
  await knex.raw('alter table tasks drop column source, drop column destination, drop column delivered');
}
