import type { Knex } from 'knex';

/** Channel of NOTIFY for changes of tasks. */
export const CHANGE_CHANNEL = 'task_changes';

const IS_CHANGED = '(old.state, old.revision) is distinct from (new.state, new.revision)';

/**
 * Each task has the number of its last change of state or revision, so that a client can ask for everything after a number.
 * NOTIFY tells the change when its transaction commits, see `notifyOfChanges`. A change of the progress alone has no number,
 * so that no index changes with it.
 */
export async function createTaskChanges(knex: Knex): Promise<void> {
  await knex.raw('create sequence task_changes');
  await knex.raw("alter table tasks add column change bigint not null default nextval('task_changes')");
  await knex.raw('create index tasks_changes on tasks (user_id, change)');
  await knex.raw(`create function number_task_change() returns trigger language plpgsql as $$
    begin
      new.change := nextval('task_changes');
      return new;
    end $$`);
  await notifyOfChanges(knex);
  await createUpdateTriggers(knex);
  await knex.raw(`create trigger notify_insert_delete after insert or delete on tasks for each row
    execute function notify_task_change()`);
}

/**
 * Makes or replaces the triggers of updates.
 * @param more columns whose changes have a number, as those of the state have
 */
export async function createUpdateTriggers(knex: Knex, more: readonly string[] = []): Promise<void> {
  const differs = (column: string) => ` or old.${column} is distinct from new.${column}`;
  const changed = `${IS_CHANGED}${more.map(differs).join('')}`;
  await knex.raw(`create or replace trigger number_change before update on tasks for each row
    when (${changed}) execute function number_task_change()`);
  await knex.raw(`create or replace trigger notify_update after update on tasks for each row
    when (${changed} or old.progress <> new.progress) execute function notify_task_change()`);
}

/**
 * Makes or replaces the function that tells a change: user, task, number, state, progress, and the members of `more`.
 * @param more columns of a task; a receiver ignores those that it does not know
 */
export async function notifyOfChanges(knex: Knex, more: readonly string[] = []): Promise<void> {
  const columnsOf = (row: string) => more.map((column) => `, ${row}.${column}`).join('');
  await knex.raw(`create or replace function notify_task_change() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' then
        perform pg_notify('${CHANGE_CHANNEL}',
          json_build_array(old.user_id, old.id, null, null, 0${columnsOf('old')})::text);
      else
        perform pg_notify('${CHANGE_CHANNEL}', json_build_array(new.user_id, new.id,
          case when tg_op = 'INSERT' or old.change <> new.change then new.change end, new.state, new.progress${columnsOf('new')})::text);
      end if;
      return null;
    end $$`);
}
