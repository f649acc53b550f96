import type { Knex } from 'knex';
import { type RetentionRules, type RetentionStore, WARNING_SECONDS } from '../../ports/retention.ts';
import type { Task } from '../../ports/tasks.ts';
import { type TaskRow, toTask } from './rows.ts';

/**
 * Decides the retention of a task's user: SQL over a row of `tasks` for a number of days, or null for files that are kept.
 * The only place that does. A service that keeps files keeps those of every user.
 */
function retentionDays({ days }: RetentionRules): string {
  return days === 0 ? 'null::integer' : `coalesce((${OF_USER}), ${days})`;
}

/** Days that an administrator gave to the user or, if there are none, to the user's group. */
const OF_USER = `select coalesce((user_limits.limits ->> 'retentionDays')::integer,
      (groups.limits ->> 'retentionDays')::integer)
    from user_limits left join groups on groups.id = user_limits.group_id
    where user_limits.user_id = tasks.user_id`;

/** SQL for the time at which files of a task that ended at `ended` are removed; null if they are kept. */
export function expiryOf(rules: RetentionRules, ended: string): string {
  const days = retentionDays(rules);
  const last = `tasks.created_at + ${rules.maxDays} * interval '1 day'`;
  return `case when ${days} is not null then least(${ended} + ${days} * interval '1 day', ${last}) end`;
}

export function createRetentionStore(knex: Knex, rules: RetentionRules): RetentionStore {
  const changed = async (sql: string, limit: number) =>
    (await knex.raw<{ rowCount: number }>(sql, [limit])).rowCount;
  return {
    assign: (limit) => changed(assign(rules), limit),
    tell: (limit) => changed(TELL, limit),
    async expire(limit) {
      const { rows } = await knex.raw<{ rows: TaskRow[] }>(EXPIRE, { error: JSON.stringify(REMOVED), limit });
      return rows.map(toTask);
    },
    clear: (limit) => changed(CLEAR, limit),
    async keep({ id, userId, state, revision, expiresAt }, until): Promise<Task | undefined> {
      const [row] = await knex<TaskRow>('tasks')
        .where({ id, user_id: userId, state, revision })
        .whereRaw("date_trunc('milliseconds', expires_at) = ?", [expiresAt])
        .update({ expires_at: until, expiry_told_at: null }, '*');
      return row && toTask(row);
    },
  };
}

/** The failure that a task shows whose files were removed. */
const REMOVED = {
  code: 'files_removed',
  message: 'The time for which this service keeps files is over. Upload the file again to convert it.',
};

const ENDED = "state in ('PROCESSED', 'FAILED')";
const WARNING = `now() + interval '${WARNING_SECONDS} seconds'`;

/** Tasks that are chosen and locked, while other processes choose others. */
const chosen = (condition: string, order: string) =>
  `select id from tasks where ${condition} order by ${order} limit ? for update skip locked`;

const assign = (rules: RetentionRules) =>
  `update tasks set expires_at = greatest(${expiryOf(rules, 'coalesce(finished_at, created_at)')}, ${WARNING})
    where id in (${chosen(`${ENDED} and expires_at is null and ${retentionDays(rules)} is not null`, 'id')})`;

const TELL = `update tasks set expiry_told_at = now(), expires_at = greatest(expires_at, ${WARNING})
  where id in (${chosen(`${ENDED} and expiry_told_at is null and expires_at < ${WARNING}`, 'expires_at')})`;

const EXPIRE = `with old as (
    select * from tasks where ${ENDED} and expiry_told_at is not null and expires_at <= now()
      order by expires_at limit :limit for update skip locked
  ), expired as (
    update tasks set state = 'EXPIRED', progress = 0, error = :error, result = null, media = null, checksums = null,
        cover = null, declared_size = null
      from old where tasks.id = old.id returning tasks.id
  )
  select old.* from old join expired using (id)`;

const CLEAR = `update tasks set expires_at = null, expiry_told_at = null
  where id in (${chosen(`expires_at is not null and ${ENDED}`, 'expires_at')})`;
