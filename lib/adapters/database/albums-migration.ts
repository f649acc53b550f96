import type { Knex } from 'knex';
import { HELD_FOR_ALBUM, replaceAdmission } from './turn-functions.ts';

/**
 * Albums of batches: which tasks ask for theirs, and the levels that were measured. A task whose album waits for an original is not
 * enqueued; the previous release makes no such task.
 */
export async function createAlbums(knex: Knex): Promise<void> {
  await knex.raw('alter table tasks add column album boolean not null default false');
  await knex.raw("alter table batches add column album jsonb not null default '{}'");
  await knex.raw("create index tasks_of_album on tasks (batch_id) where album and state = 'AWAITING_UPLOAD'");
  await replaceAdmission(knex, HELD_FOR_ALBUM);
}

/** Takes the migration back. */
export async function dropAlbums(knex: Knex): Promise<void> {
  await replaceAdmission(knex, null);
  await knex.raw('alter table batches drop column album');
  await knex.raw('alter table tasks drop column album');
}
