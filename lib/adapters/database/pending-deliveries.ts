import type { Knex } from 'knex';
import type {
  ClaimedDelivery,
  ClaimLimits,
  DisabledReason,
  PendingDeliveries,
  RunningTries,
  TryOutcome,
} from '../../ports/webhooks.ts';
import type { DeliveryRow } from './webhook-deliveries.ts';
import type { WebhookRow } from './webhooks.ts';

/** Due deliveries that one claim looks at. */
const LOOKED_AT = 1000;

type ClaimedRow = DeliveryRow &
  Pick<WebhookRow, 'user_id' | 'host' | 'url' | 'secret'> & { previous: string | null };

export function createPendingDeliveries(knex: Knex): PendingDeliveries {
  const own = ({ id, claim }: ClaimedDelivery, db: Knex = knex) =>
    db<DeliveryRow>('webhook_deliveries')
      .where({ id: String(id), claim })
      .whereNull('ended_at');
  const after = (seconds: number) => knex.raw("now() + ? * interval '1 second'", [seconds]);
  return {
    async claim(limits, running, seconds) {
      const { rows } = await knex.raw<{ rows: ClaimedRow[] }>(CLAIM, bindings(limits, running, seconds));
      return rows.map(toClaimed).sort((a, b) => a.id - b.id);
    },
    record: (claimed, outcome, next) =>
      knex.transaction(async (trx) => {
        const tried = { ...columns(claimed, outcome), tried_at: trx.fn.now(), tries: trx.raw('tries + 1') };
        if (typeof next === 'number') {
          await own(claimed, trx).update({ ...tried, due_at: after(next) });
          return undefined;
        }
        const ended = { ...tried, ended_at: trx.fn.now(), delivered: next === 'delivered' };
        const [row] = await own(claimed, trx).update(ended, '*');
        if (!row || next === 'delivered') return undefined;
        const reason = next === 'gone' ? 'gone' : 'failing';
        return (await disable(trx, [claimed.webhookId], reason, row.created_at)) > 0 ? reason : undefined;
      }),
    async handBack(claimed) {
      await own(claimed).update({ due_at: knex.fn.now() });
    },
    async isDue() {
      const { rows } = await knex.raw<{ rows: { due: boolean }[] }>('select deliveries_are_due() as due');
      return rows[0]?.due === true;
    },
    disableFlooded: (most) =>
      knex.transaction(async (trx) => {
        const ids: number[] = await trx<DeliveryRow>('webhook_deliveries')
          .whereNull('ended_at')
          .groupBy('webhook_id')
          .havingRaw('count(*) > ?', [most])
          .pluck('webhook_id');
        return ids.length > 0 ? disable(trx, ids, 'too_many') : 0;
      }),
    async removeOld(days, limit) {
      const { rowCount } = await knex.raw<{ rowCount: number }>(REMOVE_OLD, [days, limit]);
      await knex.raw(REMOVE_ABANDONED, [days, limit]);
      return rowCount;
    },
  };
}

/**
 * Disables webhooks, ends their other deliveries, and tells the user's other webhooks.
 * @param unlessSince no webhook to which a delivery succeeded since this time; only of one that is `failing`
 */
async function disable(
  trx: Knex.Transaction,
  ids: readonly number[],
  reason: DisabledReason,
  unlessSince?: Date,
): Promise<number> {
  const query = trx<WebhookRow>('webhooks')
    .whereRaw('id = any(?)', [[...ids]])
    .whereNull('disabled_at');
  if (reason === 'failing' && unlessSince)
    query.whereNotExists((succeeded) =>
      succeeded
        .from('webhook_deliveries')
        .whereRaw('webhook_id = webhooks.id')
        .where({ delivered: true })
        .where('ended_at', '>', unlessSince),
    );
  const rows = await query.update({ disabled_at: trx.fn.now(), disabled_reason: reason }, '*');
  for (const { id, user_id, url, task_id, batch_id } of rows) {
    await trx<DeliveryRow>('webhook_deliveries')
      .where({ webhook_id: id })
      .whereNull('ended_at')
      .update({ ended_at: trx.fn.now(), claim: trx.raw('claim + 1'), error: 'The webhook was disabled.' });
    const data = { id, url, taskId: task_id, batchId: batch_id, reason };
    await trx.raw('select add_deliveries(?, ?, null, null, null, ?)', [
      'webhook.disabled',
      user_id,
      JSON.stringify(data),
    ]);
  }
  return rows.length;
}

/** Ranks due deliveries within their host and within their user, and takes those that find room next to the running tries. */
const CLAIM = `with due as (
    select d.id, d.due_at,
      row_number() over (partition by w.host order by d.due_at, d.id) + coalesce((:hosts::jsonb->>w.host)::int, 0) as of_host,
      row_number() over (partition by w.user_id order by d.due_at, d.id)
        + coalesce((:users::jsonb->>w.user_id::text)::int, 0) as of_user
    from (
      select d.id, d.due_at, d.webhook_id from webhook_deliveries d join webhooks w on w.id = d.webhook_id
      where d.ended_at is null and d.due_at <= now() and w.disabled_at is null
        and coalesce((:hosts::jsonb->>w.host)::int, 0) < :perHost
        and coalesce((:users::jsonb->>w.user_id::text)::int, 0) < :perUser
      order by d.due_at limit ${LOOKED_AT}
    ) d join webhooks w on w.id = d.webhook_id
  ), chosen as (
    select id from webhook_deliveries
    where id in (
      select id from due where of_host <= :perHost and of_user <= :perUser order by due_at, id limit :all
    ) and ended_at is null and due_at <= now()
    for update skip locked
  )
  update webhook_deliveries d set claim = claim + 1, due_at = now() + :seconds * interval '1 second'
  from chosen, webhooks w where d.id = chosen.id and w.id = d.webhook_id
  returning d.*, w.user_id, w.host, w.url, w.secret, case when w.previous_until > now() then w.previous_secret end as previous`;

const REMOVE_OLD = `delete from webhook_deliveries where id in (
  select id from webhook_deliveries where due_at < now() - ? * interval '1 day' order by due_at limit ?)`;

const REMOVE_ABANDONED = `delete from webhooks where id in (
  select id from webhooks where abandoned_at < now() - ? * interval '1 day' order by abandoned_at limit ?)`;

function bindings({ all, perHost, perUser }: ClaimLimits, { hosts, users }: RunningTries, seconds: number) {
  return { all, perHost, perUser, seconds, hosts: JSON.stringify(hosts), users: JSON.stringify(users) };
}

function columns({ url }: ClaimedDelivery, { status, answer, error, seconds }: TryOutcome) {
  return { tried_url: url, status, answer, error, seconds };
}

function toClaimed(row: ClaimedRow): ClaimedDelivery {
  return {
    id: Number(row.id),
    claim: row.claim,
    webhookId: row.webhook_id,
    userId: row.user_id,
    host: row.host,
    url: row.url,
    messageId: row.message_id,
    body: row.body,
    traceparent: row.traceparent,
    tries: row.tries,
    secrets: row.previous === null ? [row.secret] : [row.secret, row.previous],
  };
}
