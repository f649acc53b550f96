import type { Knex } from 'knex';
import { notifyOfChanges } from './task-change-triggers.ts';

/**
 * Batches of tasks. `tasks.batch_id` has no foreign key, which the release before could run into: a batch is deleted only
 * when it has no tasks any more.
 */
export async function createBatches(knex: Knex): Promise<void> {
  await knex.schema.createTable('batches', (table) => {
    table.increments('id');
    table.integer('user_id').notNullable().references('users.id').onDelete('cascade');
    table.text('name');
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now());
    // A batch is no longer shown from here on; its tasks are being removed.
    table.timestamp('removed_at');
    // Request with an Idempotency-Key that made the batch.
    table.uuid('request_id').unique();
    table.index(['user_id', 'id']);
  });
  await knex.raw('create index batches_removed on batches (removed_at) where removed_at is not null');
  await knex.raw('alter table tasks add column batch_id integer');
  await knex.raw('create index tasks_of_batch on tasks (batch_id, id) where batch_id is not null');
  await notifyOfChanges(knex, ['batch_id']);
}

/** Takes the migration back. */
export async function dropBatches(knex: Knex): Promise<void> {
  await notifyOfChanges(knex);
  await knex.raw('alter table tasks drop column batch_id');
  await knex.schema.dropTable('batches');
}
