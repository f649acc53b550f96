import type { Knex } from 'knex';
import type {
  DisabledReason,
  NewWebhook,
  Webhook,
  WebhookChange,
  WebhookEvent,
  WebhookStore,
} from '../../ports/webhooks.ts';

/** A row of `webhooks`. */
export interface WebhookRow {
  id: number;
  user_id: number;
  task_id: number | null;
  batch_id: number | null;
  url: string;
  host: string;
  events: WebhookEvent[];
  secret: string;
  previous_secret: string | null;
  previous_until: Date | null;
  disabled_at: Date | null;
  disabled_reason: DisabledReason | null;
  /** Time at which its task or batch was removed. */
  abandoned_at: Date | null;
  created_at: Date;
  changed_at: Date;
  request_id: string | null;
}

/** Seconds for which the first secret of a task's webhook signs together with that of a repeated request. */
const REPEATED = 86_400;

export function createWebhookStore(knex: Knex): WebhookStore {
  const webhooks = (db: Knex = knex) => db<WebhookRow>('webhooks');
  const own = (userId: number, id: number) => webhooks().where({ id, user_id: userId });
  const ofAllTasks = (userId: number, db: Knex = knex) =>
    webhooks(db).where({ user_id: userId }).whereNull('task_id').whereNull('batch_id');
  const rotated = (secret: string, seconds: number) => ({
    previous_secret: knex.ref('secret'),
    previous_until: knex.raw("now() + ? * interval '1 second'", [seconds]),
    secret,
    changed_at: knex.fn.now(),
  });
  return {
    add: (webhook, most, requestId) =>
      knex.transaction(async (trx) => {
        // Two requests at once must not both be the last that is allowed.
        await trx('users').where({ id: webhook.userId }).forUpdate().first('id');
        if (requestId !== undefined) await webhooks(trx).where({ request_id: requestId }).delete();
        const [count] = await ofAllTasks(webhook.userId, trx).count({ count: '*' });
        if (Number(count?.count) >= most) return undefined;
        const added = { ...columns(webhook), request_id: requestId ?? null };
        const [row] = await webhooks(trx).insert(added, '*');
        return row && toWebhook(row);
      }),
    async addFor({ taskId, batchId }, webhook) {
      const added = { ...columns(webhook), task_id: taskId, batch_id: batchId };
      const { url, host, events } = added;
      const changed = { url, host, events, ...rotated(webhook.secret, REPEATED) };
      const of = taskId === null ? 'batch_id' : 'task_id';
      const present = { previous_secret: knex.ref('webhooks.secret') };
      const [row] = await webhooks()
        .insert(added, '*')
        .onConflict(of)
        .merge({ ...changed, ...present });
      if (!row) throw new TypeError('An insert that updates at a conflict returned no row.');
      return toWebhook(row);
    },
    list: async (userId) => (await ofAllTasks(userId).orderBy('id')).map(toWebhook),
    async find(userId, id) {
      const row = await own(userId, id).first();
      return row && toWebhook(row);
    },
    async change(userId, id, change) {
      const [row] = await own(userId, id).update(changedColumns(knex, change), '*');
      return row && toWebhook(row);
    },
    async rotate(userId, id, secret, seconds) {
      const [row] = await own(userId, id).update(rotated(secret, seconds), '*');
      return row && toWebhook(row);
    },
    async remove(userId, id) {
      const [row] = await own(userId, id).delete('*');
      return row && toWebhook(row);
    },
  };
}

function columns({ userId, url, events, secret }: NewWebhook) {
  return { user_id: userId, ...address(url), events: [...events], secret };
}

function address(url: string) {
  return { url, host: new URL(url).host };
}

function changedColumns(knex: Knex, { url, events, enabled }: WebhookChange) {
  return {
    changed_at: knex.fn.now(),
    ...(url !== undefined && address(url)),
    ...(events && { events: [...events] }),
    ...(enabled === true && { disabled_at: null, disabled_reason: null }),
    ...(enabled === false && { disabled_at: knex.raw('coalesce(disabled_at, now())') }),
  };
}

function toWebhook(row: WebhookRow): Webhook {
  const isPast = row.previous_until !== null && row.previous_until.getTime() <= Date.now();
  return {
    id: row.id,
    userId: row.user_id,
    taskId: row.task_id,
    batchId: row.batch_id,
    url: row.url,
    events: row.events,
    createdAt: row.created_at,
    changedAt: row.changed_at,
    disabledAt: row.disabled_at,
    disabledReason: row.disabled_reason,
    previousSecretUntil: isPast ? null : row.previous_until,
  };
}
