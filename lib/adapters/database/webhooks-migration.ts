import type { Knex } from 'knex';
import { isFinal, TASK_STATES } from '../../ports/tasks.ts';

/** Channel of NOTIFY for deliveries that are due. */
export const DELIVERY_CHANNEL = 'webhook_deliveries';

const UNFINISHED = TASK_STATES.filter((state) => !isFinal(state))
  .map((state) => `'${state}'`)
  .join(', ');

/**
 * Webhooks and their deliveries. A trigger adds the deliveries in the transaction that changes a task, so that no crash loses one.
 * `task_id` and `batch_id` have no foreign keys: deliveries about a removed task are still sent.
 */
export async function createWebhooks(knex: Knex): Promise<void> {
  await knex.schema.createTable('webhooks', (table) => {
    table.increments('id');
    table.integer('user_id').notNullable().references('users.id').onDelete('cascade');
    // Both null: all tasks of the user.
    table.integer('task_id').unique();
    table.integer('batch_id').unique();
    table.text('url').notNullable();
    // Host and port of the URL, by which tries are limited.
    table.text('host').notNullable();
    table.specificType('events', 'text[]').notNullable();
    table.text('secret').notNullable();
    table.text('previous_secret');
    table.timestamp('previous_until');
    table.timestamp('disabled_at');
    table.text('disabled_reason');
    // Time at which its task or batch was removed.
    table.timestamp('abandoned_at');
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now());
    table.timestamp('changed_at').notNullable().defaultTo(knex.fn.now());
    // Request with an Idempotency-Key that made the webhook.
    table.uuid('request_id').unique();
    table.index(['user_id', 'id']);
  });
  await knex.raw(
    'create index webhooks_of_all_tasks on webhooks (user_id) where task_id is null and batch_id is null',
  );
  await knex.raw('create index webhooks_abandoned on webhooks (abandoned_at) where abandoned_at is not null');
  await createDeliveries(knex);
  await knex.raw('alter table tasks add column traceparent text');
  await knex.raw(
    `create index tasks_unfinished_of_batch on tasks (batch_id) where batch_id is not null and state in (${UNFINISHED})`,
  );
  await createFunctions(knex);
  await knex.raw(`create trigger deliver_update after update on tasks for each row
    when (old.state is distinct from new.state and new.state <> 'PROCESSING') execute function add_task_deliveries()`);
  await knex.raw(`create trigger deliver_delete after delete on tasks for each row
    when (old.batch_id is not null and old.state in (${UNFINISHED})) execute function add_task_deliveries()`);
  for (const [table, column] of [
    ['tasks', 'task_id'],
    ['batches', 'batch_id'],
  ])
    await knex.raw(
      `create trigger abandon_webhooks after delete on ${table} for each row execute function abandon_webhooks(${column})`,
    );
}

async function createDeliveries(knex: Knex): Promise<void> {
  await knex.schema.createTable('webhook_deliveries', (table) => {
    table.bigIncrements('id');
    table.integer('webhook_id').notNullable().references('webhooks.id').onDelete('cascade');
    table
      .text('message_id')
      .notNullable()
      .defaultTo(knex.raw("'msg_' || replace(gen_random_uuid()::text, '-', '')"));
    table.text('event').notNullable();
    table.text('body').notNullable();
    table.text('traceparent');
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now());
    // Time of the next try; while one runs, the end of its claim.
    table.timestamp('due_at').notNullable().defaultTo(knex.fn.now());
    table.integer('claim').notNullable().defaultTo(0);
    table.integer('tries').notNullable().defaultTo(0);
    table.timestamp('ended_at');
    table.boolean('delivered').notNullable().defaultTo(false);
    table.timestamp('tried_at');
    table.text('tried_url');
    table.integer('status');
    table.text('answer');
    table.text('error');
    table.double('seconds');
    table.index(['webhook_id', 'id']);
  });
  await knex.raw('create index webhook_deliveries_due on webhook_deliveries (due_at) where ended_at is null');
  await knex.raw(
    'create index webhook_deliveries_pending on webhook_deliveries (webhook_id) where ended_at is null',
  );
  await knex.raw('create index webhook_deliveries_old on webhook_deliveries (due_at)');
}

/** Of a function that runs with the rights of its owner, and finds only the tables of the service. */
export const HERE = 'language plpgsql volatile security definer set search_path = public, pg_temp';

/** A time as the API shows it. */
export const iso = (time: string) => `to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Enabled webhooks `w` that get an event about a task or a batch of an owner. */
const wanting = (event: string, owner: string, task: string, batch: string) => `from webhooks w
  where w.disabled_at is null and ${event} = any(w.events)
  and (w.user_id = ${owner} and w.task_id is null and w.batch_id is null or w.task_id = ${task} or w.batch_id = ${batch})`;

/**
 * `add_deliveries`: one delivery for each webhook that gets an event.
 *
 * `add_task_deliveries`: deliveries for a change of a task, and for the end of its batch. Transactions that end tasks of one batch
 * come one after another by the lock of its row, and each then reads in a new snapshot, so that the last one sees all tasks ended.
 *
 * `abandon_webhooks`: notes that the task or batch of a webhook was removed.
 *
 * They run with the rights of their owner, since a login that converts can read no secret of a webhook.
 */
async function createFunctions(knex: Knex): Promise<void> {
  await knex.raw(`create function add_deliveries(event text, owner integer, task integer, batch integer, trace text, data json)
    returns void ${HERE} as $$
    begin
      insert into webhook_deliveries (webhook_id, event, traceparent, body)
        select w.id, event, trace, json_build_object('type', event, 'timestamp', ${iso('now()')}, 'data', data)
        ${wanting('event', 'owner', 'task', 'batch')};
      if found then
        perform pg_notify('${DELIVERY_CHANNEL}', '');
      end if;
    end $$`);
  await knex.raw(`create function add_task_deliveries() returns trigger ${HERE} as $$
    declare
      task tasks := case when tg_op = 'DELETE' then old else new end;
      happened text := 'task.' || lower(task.state);
      has_ended boolean := tg_op = 'DELETE' or new.state not in (${UNFINISHED});
    begin
      if (has_ended or old.state = 'AWAITING_UPLOAD') and tg_op = 'UPDATE'
          and exists (select ${wanting('happened', 'task.user_id', 'task.id', 'task.batch_id')}) then
        perform add_deliveries(happened, task.user_id, task.id, task.batch_id, task.traceparent, json_build_object(
          'id', task.id, 'name', task.name, 'convertedExt', task.format, 'state', task.state, 'revision', task.revision,
          'batchId', task.batch_id,
          'result', case when task.state = 'PROCESSED' then json_build_object(
            'size', task.result->'size', 'duration', task.result->'media'->'duration') end,
          'error', case when task.state in ('FAILED', 'EXPIRED') and task.error is not null then json_build_object(
            'code', left(task.error->>'code', 100), 'message', left(task.error->>'message', 2000)) end,
          'createdAt', ${iso('task.created_at')}, 'startedAt', ${iso('task.started_at')},
          'finishedAt', ${iso('task.finished_at')}));
      end if;
      if has_ended and task.batch_id is not null and (tg_op = 'DELETE' or old.state in (${UNFINISHED}))
          and exists (select ${wanting("'batch.finished'", 'task.user_id', 'null', 'task.batch_id')}) then
        perform from batches where id = task.batch_id and removed_at is null for update;
        if found and not exists (select from tasks where batch_id = task.batch_id and state in (${UNFINISHED})) then
          perform add_deliveries('batch.finished', task.user_id, null, b.id, task.traceparent, json_build_object(
            'id', b.id, 'name', b.name, 'total', s.total, 'states', s.states, 'createdAt', ${iso('b.created_at')}))
            from batches b, (select sum(n) as total, json_object_agg(state, n) as states from (
              select state, count(*) as n from tasks where batch_id = task.batch_id group by state) as counted) as s
            where b.id = task.batch_id and s.total > 0;
        end if;
      end if;
      return null;
    end $$`);
  await knex.raw(`create function abandon_webhooks() returns trigger ${HERE} as $$
    begin
      if tg_argv[0] = 'task_id' then
        update webhooks set abandoned_at = now() where task_id = old.id;
      else
        update webhooks set abandoned_at = now() where batch_id = old.id;
      end if;
      return null;
    end $$`);
}

/** Takes the migration back. */
export async function dropWebhooks(knex: Knex): Promise<void> {
  for (const table of ['tasks', 'batches']) await knex.raw(`drop trigger abandon_webhooks on ${table}`);
  await knex.raw('drop function abandon_webhooks()');
  await knex.raw('drop trigger deliver_update on tasks');
  await knex.raw('drop trigger deliver_delete on tasks');
  await knex.raw('drop function add_task_deliveries()');
  await knex.raw('drop function add_deliveries(text, integer, integer, integer, text, json)');
  await knex.raw('drop index tasks_unfinished_of_batch');
  await knex.raw('alter table tasks drop column traceparent');
  await knex.schema.dropTable('webhook_deliveries');
  await knex.schema.dropTable('webhooks');
}
