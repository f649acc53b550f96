import type { Knex } from 'knex';

/** Bytes of the original and the result of a row of `tasks`, as SQL. */
export const bytesOf = (row: string) =>
  `(coalesce(${row}.declared_size, 0) + coalesce((${row}.result ->> 'size')::bigint, 0))`;

/**
 * Counters of rate limits, in the columns that rate-limiter-flexible expects; a crash may empty the table. And the bytes of
 * the files of each user, which a trigger keeps.
 */
export async function createLimits(knex: Knex): Promise<void> {
  await knex.raw(
    'create unlogged table rate_limits (key text primary key, points integer not null, expire bigint not null)',
  );
  await knex.raw('create index rate_limits_expire on rate_limits (expire)');
  await knex.raw(`create table stored_bytes (
    user_id integer primary key references users (id) on delete cascade,
    bytes bigint not null
  )`);
  await knex.raw(`insert into stored_bytes
    select user_id, sum(${bytesOf('tasks')}) from tasks group by user_id`);
  await countStoredBytes(knex, bytesOf);
  await knex.raw(`create trigger count_stored_bytes after insert or delete or update of declared_size, result
    on tasks for each row execute function count_stored_bytes()`);
}

/** Makes or replaces the function of the trigger. @param bytes bytes of a row, as SQL */
export async function countStoredBytes(knex: Knex, bytes: (row: string) => string): Promise<void> {
  await knex.raw(`create or replace function count_stored_bytes() returns trigger language plpgsql as $$
    declare
      more bigint := 0;
    begin
      if tg_op <> 'DELETE' then more := more + ${bytes('new')}; end if;
      if tg_op <> 'INSERT' then more := more - ${bytes('old')}; end if;
      if more = 0 then return null; end if;
      if tg_op = 'DELETE' then
        -- The user may be gone as well.
        update stored_bytes set bytes = bytes + more where user_id = old.user_id;
      else
        insert into stored_bytes values (new.user_id, more)
          on conflict (user_id) do update set bytes = stored_bytes.bytes + excluded.bytes;
      end if;
      return null;
    end $$`);
}

export async function dropLimits(knex: Knex): Promise<void> {
  await knex.raw('drop trigger count_stored_bytes on tasks');
  await knex.raw('drop function count_stored_bytes()');
  await knex.schema.dropTable('stored_bytes');
  await knex.schema.dropTable('rate_limits');
}
