import type { Knex } from 'knex';

/**
 * Time since which a revision waits, set by triggers: `enqueued_at` begins again with each message that the sweep sends. The
 * previous release, which does not know the column, sets it as well.
 */
export async function createWaitingSince(knex: Knex): Promise<void> {
  await knex.raw('alter table tasks add column waiting_since timestamptz');
  await knex.raw("update tasks set waiting_since = now() where state = 'UPLOADED'");
  await knex.raw(`create function begin_waiting() returns trigger language plpgsql as $$
    begin
      new.waiting_since := now();
      return new;
    end $$`);
  await knex.raw(`create trigger begin_waiting_at_once before insert on tasks for each row
    when (new.state = 'UPLOADED') execute function begin_waiting()`);
  await knex.raw(`create trigger begin_waiting before update on tasks for each row
    when (new.state = 'UPLOADED' and (old.state <> 'UPLOADED' or new.revision <> old.revision))
    execute function begin_waiting()`);
}

export async function dropWaitingSince(knex: Knex): Promise<void> {
  await knex.raw('drop trigger begin_waiting_at_once on tasks');
  await knex.raw('drop trigger begin_waiting on tasks');
  await knex.raw('drop function begin_waiting()');
  await knex.raw('alter table tasks drop column waiting_since');
}
