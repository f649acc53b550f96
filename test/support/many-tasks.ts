import type { Knex } from 'knex';

/** Numbers of a crowd of tasks. */
export interface ManyTasks {
  /** Rows of `tasks`. */
  tasks: number;
  /** Tasks of the first user among them. */
  ofOne: number;
}

/**
 * Fills a database without users: `tasks / 50` users, the first of which has `ofOne` tasks, and the sessions of as many
 * logins, and a tenth as many requests with an Idempotency-Key. Twenty tasks after one another are a batch. Each hundredth task waits for its conversion, each thousandth for its original, and each 50,000th is converted. No
 * message is old enough for the sweep.
 */
export async function insertManyTasks(knex: Knex, { tasks, ofOne }: ManyTasks): Promise<void> {
  const users = Math.ceil(tasks / 50) + 1;
  await knex.raw(
    `insert into users (name, email, password_hash)
      select 'user ' || n, 'user' || n || '@example.org', 'x' from generate_series(1, ?) n`,
    [users],
  );
  const first = (await knex('users').min('id as id').first())?.id;
  await knex.raw(
    `insert into refresh_tokens (hash, family, user_id, expires_at)
      select 'hash ' || n, gen_random_uuid(), :first + n % :users, now() + interval '1 day' from generate_series(1, :tasks / 10) n`,
    { first, users, tasks },
  );
  await knex.raw(
    `insert into batches (user_id, name)
      select :first + n % :users, 'batch ' || n from generate_series(1, :tasks / 20) n`,
    { first, users, tasks },
  );
  await knex.raw(
    `insert into tasks (user_id, batch_id, name, original_ext, format, options, state, worker, lease_until, enqueued_at, turn,
      upload_expires_at, progress, media, result, upload_session)
    select :first + case when n % :every = 0 then 0 else 1 + n % (:users - 1) end, n / 20,
      'sound ' || n || '.wav', 'wav', 'mp3', '{}', state,
      case when state = 'PROCESSING' then 'a worker' end,
      case when state = 'PROCESSING' then now() + interval '1 hour' end,
      case when state <> 'AWAITING_UPLOAD' then now() + interval '1 hour' end, n / 100,
      now() + interval '1 hour', case when state = 'PROCESSED' then 1 else 0 end,
      '{"container": "wav", "codec": "pcm_s16le", "duration": 1, "tags": {}}',
      case when state = 'PROCESSED' then '{"key": "1/1/a.mp3", "size": 1, "media": {"tags": {}}, "warnings": [], "adaptations": []}'::jsonb end,
      case when state = 'AWAITING_UPLOAD' then 'session' end
    from generate_series(1, :tasks) n, lateral (select case
      when n % 50000 = 1 then 'PROCESSING' when n % 1000 = 2 then 'AWAITING_UPLOAD' when n % 100 = 3 then 'UPLOADED'
      when n % 100 = 4 then 'FAILED' else 'PROCESSED' end as state) states`,
    { first, users, tasks, every: Math.max(1, Math.round(tasks / ofOne)) },
  );
  await knex.raw(
    `insert into ended_uploads (task_id, session, cancelled_at)
      select -n, 'session', now() from generate_series(1, :tasks / 10) n`,
    { tasks },
  );
  await knex.raw(
    `insert into idempotency_keys (user_id, key_hash, route, request_id, claimed_until)
      select :first + n % :users, 'hash ' || n, 'POST /api/tasks', gen_random_uuid(), now() from generate_series(1, :tasks / 10) n`,
    { first, users, tasks },
  );
  await knex.raw(
    `insert into transfers (task_id, kind, user_id, url, due_at)
      select id, 'delivery', user_id, 'https://example.org/?x', case when id % 1000 = 0 then now() end
      from tasks where id % 4 = 0`,
  );
  await knex.raw('vacuum analyze');
}

/** Gives a database with many tasks 10,000 webhooks, most of them of one task, and 50,000 deliveries, a hundredth of which wait. */
export async function insertManyDeliveries(knex: Knex): Promise<void> {
  const first = (await knex('users').min('id as id').first())?.id;
  await knex.raw(
    `insert into webhooks (user_id, task_id, url, host, events, secret)
      select ? + n % 1000, case when n % 100 > 0 then 100 + n end, 'https://host' || n || '.example.com/', 'host' || n || '.example.com',
        '{task.processed}', 'whsec_' from generate_series(1, 10000) n`,
    [first],
  );
  await knex.raw(`insert into webhook_deliveries (webhook_id, event, body, ended_at, due_at, delivered)
    select 1 + n % 10000, 'task.processed', '{}', case when n % 100 > 0 then now() end,
      now() + (n % 1000 - 100) * interval '1 minute', n % 100 > 0 from generate_series(1, 50000) n`);
  await knex.raw('vacuum analyze webhooks, webhook_deliveries');
}
