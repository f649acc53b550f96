import type { Knex } from 'knex';

/** Order of names by the rules of Unicode, whatever locale the database has: case and accents count only among equals. */
export const BY_NAME = 'name collate "und-x-icu"';

/** Indexes for lists of a user's tasks: the columns of the order, and those by which a list can be limited as well. */
const INDEXES = [
  ['tasks_by_id', 'id', 'name, format'],
  ['tasks_by_state', 'state, id', 'name, format'],
  ['tasks_by_name', `${BY_NAME}, id`, 'state, format'],
  ['tasks_by_size', 'result_size, id', 'name, state, format'],
] as const;

/** Indexes that the first migration makes, and that the ones with more columns replace. */
const REPLACED = [
  ['user_id', 'id'],
  ['user_id', 'state', 'id'],
] as const;

/**
 * Lists of tasks by name, format and state in four orders. Each index has every column that a list reads before it knows its
 * rows, so that a search looks at names in the index alone.
 */
export async function createTaskLists(knex: Knex): Promise<void> {
  await knex.raw(`alter table tasks add column result_size bigint
    generated always as (coalesce((result->>'size')::bigint, 0)) stored`);
  for (const [name, order, more] of INDEXES)
    await knex.raw(`create index ${name} on tasks (user_id, ${order}) include (${more})`);
  await knex.schema.alterTable('tasks', (table) => {
    for (const columns of REPLACED) table.dropIndex([...columns]);
  });
}

/** Takes the migration back. */
export async function dropTaskLists(knex: Knex): Promise<void> {
  await knex.schema.alterTable('tasks', (table) => {
    for (const columns of REPLACED) table.index([...columns]);
  });
  for (const [name] of INDEXES) await knex.raw(`drop index ${name}`);
  await knex.raw('alter table tasks drop column result_size');
}
