import type { Knex } from 'knex';

/**
 * Rules of administrators. Limits stand in a table of their own, since processes that convert may not read `users`.
 */
export async function createAdministration(knex: Knex): Promise<void> {
  await knex.schema.alterTable('users', (table) => {
    table.timestamp('suspended_at');
    // The email, in lower case, if an invitation or a trusted proxy proved that it belongs to the user.
    table.text('proven_email');
  });
  await knex.schema.createTable('groups', (table) => {
    table.increments('id');
    table.text('name').notNullable();
    table.jsonb('limits').notNullable();
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now());
  });
  await knex.raw('create unique index groups_name_key on groups (lower(name))');
  await knex.schema.createTable('user_limits', (table) => {
    table.integer('user_id').primary().references('users.id').onDelete('cascade');
    table.integer('group_id').references('groups.id').onDelete('set null').index();
    table.jsonb('limits').notNullable().defaultTo('{}');
  });
  await knex.schema.createTable('invitations', (table) => {
    table.increments('id');
    table.text('hash').notNullable().unique();
    // Null: for any address.
    table.text('email');
    table.integer('group_id').references('groups.id').onDelete('set null').index();
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now());
    table.timestamp('expires_at').notNullable();
    table.timestamp('used_at');
  });
  await knex.raw("create index tasks_failed on tasks (finished_at) where state = 'FAILED'");
}

export async function dropAdministration(knex: Knex): Promise<void> {
  await knex.raw('drop index tasks_failed');
  for (const table of ['invitations', 'user_limits', 'groups']) await knex.schema.dropTable(table);
  await knex.schema.alterTable('users', (table) => table.dropColumns('suspended_at', 'proven_email'));
}
