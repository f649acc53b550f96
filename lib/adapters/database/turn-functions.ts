import type { Knex } from 'knex';

/** Tasks that a message is on its way for, or that a worker converts; not those whose next attempt is postponed. */
export const IN_FLIGHT = `(state = 'UPLOADED' and enqueued_at is not null
  or state = 'PROCESSING' and worker is not null)`;

/** Class of advisory locks: of each user, by which turns are given one after another, and of no user for `admit_tasks`. */
const TURN_LOCK = 86_127;

/** Time to wait for a locked row, below the time after which PostgreSQL looks for deadlocks (1 s by default). */
const LOCKED_ROW = '500ms';

/**
 * Functions that share the conversions fairly between users; see docs/decisions/020. Each takes a lock first,
 * and then reads in a new snapshot, because it is volatile (PostgreSQL manual, "Function Volatility Categories").
 *
 * `next_turn`: the turn after the user's last one that is not finished, but none that has passed already: a turn has
 * passed if a task of a later turn is PROCESSING, or if no task of that turn waits while none is PROCESSING.
 *
 * `admit_tasks`: marks the waiting tasks of the lowest turns as enqueued, and returns them: at most 1000 at once and, if
 * `most` is no null, as long as fewer than `most` wait for a worker or are converted. Rows that another transaction holds come
 * last, and are waited for: its end would not admit them. One that holds a row for longer leaves it to the sweep.
 */
export async function createTurns(knex: Knex): Promise<void> {
  await knex.raw(`create function next_turn(owner integer) returns integer language plpgsql volatile as $$
    begin
      perform pg_advisory_xact_lock(${TURN_LOCK}, owner);
      return greatest(1,
        (select turn + 1 from tasks where user_id = owner and state in ('UPLOADED', 'PROCESSING')
          order by turn desc limit 1),
        coalesce(
          (select turn from tasks where state = 'PROCESSING' order by turn desc limit 1),
          (select turn from tasks where state = 'UPLOADED' order by turn limit 1)));
    end $$`);
  await replaceAdmission(knex, null);
}

/** Whether a task waits for the other originals of its album. */
export const HELD_FOR_ALBUM = `tasks.album and exists (select from tasks other where other.batch_id = tasks.batch_id
  and other.album and other.state = 'AWAITING_UPLOAD')`;

/**
 * Makes or replaces `admit_tasks`.
 * @param held condition under which a task is not admitted; null: none is held
 */
export async function replaceAdmission(knex: Knex, held: string | null): Promise<void> {
  const free = held === null ? '' : ` and not (${held})`;
  const waiting = `from tasks where state = 'UPLOADED' and enqueued_at is null${free}`;
  const admit = `return query update tasks set enqueued_at = now() where id in (
        select id ${waiting} order by turn, id limit greatest(room, 0) for update skip locked)
        returning tasks.*;
      get diagnostics admitted = row_count;
      room := room - admitted`;
  await knex.raw(`create or replace function admit_tasks(most integer) returns setof tasks language plpgsql volatile as $$
    declare
      room integer := 1000;
      admitted integer;
      patience text := current_setting('lock_timeout');
    begin
      perform pg_advisory_xact_lock(${TURN_LOCK}, 0);
      if most is not null then
        room := least(room, most - (select count(*) from (select from tasks where ${IN_FLIGHT} limit most) as held));
      end if;
      ${admit};
      if room > 0 and exists (select ${waiting}) then
        begin
          perform set_config('lock_timeout', '${LOCKED_ROW}', true);
          perform id ${waiting} order by turn, id limit room for update;
          perform set_config('lock_timeout', patience, true);
        exception when lock_not_available then
          null;
        end;
        ${admit};
      end if;
    end $$`);
}
