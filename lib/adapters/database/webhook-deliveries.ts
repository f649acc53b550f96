import type { Knex } from 'knex';
import { type Delivery, type DeliveryStore, TEST_EVENT } from '../../ports/webhooks.ts';
import { DELIVERY_CHANNEL } from './webhooks-migration.ts';

/** A row of `webhook_deliveries`. */
export interface DeliveryRow {
  /** PostgreSQL's bigint, as text. */
  id: string;
  webhook_id: number;
  message_id: string;
  event: Delivery['event'];
  body: string;
  traceparent: string | null;
  created_at: Date;
  due_at: Date;
  claim: number;
  tries: number;
  ended_at: Date | null;
  delivered: boolean;
  tried_at: Date | null;
  tried_url: string | null;
  status: number | null;
  answer: string | null;
  error: string | null;
  seconds: number | null;
}

export function createDeliveryStore(knex: Knex): DeliveryStore {
  const deliveries = () => knex<DeliveryRow>('webhook_deliveries');
  const signal = () => knex.raw('select pg_notify(?, ?)', [DELIVERY_CHANNEL, '']);
  return {
    async list(webhookId, { limit, before }) {
      const query = deliveries().where({ webhook_id: webhookId }).orderBy('id', 'desc').limit(limit);
      if (before !== undefined) query.where('id', '<', String(before));
      return (await query).map(toDelivery);
    },
    async addTest(webhookId, most) {
      const [row] = await knex
        .raw<{ rows: DeliveryRow[] }>(INSERT_TEST, { webhookId, most, event: TEST_EVENT })
        .then(({ rows }) => rows);
      await signal();
      return row && toDelivery(row);
    },
    async replay(webhookId, id) {
      const again = {
        due_at: knex.fn.now(),
        tries: 0,
        claim: knex.raw('claim + 1'),
        ended_at: null,
        delivered: false,
      };
      const [row] = await deliveries()
        .where({ webhook_id: webhookId, id: String(id) })
        .update(again, '*');
      await signal();
      return row && toDelivery(row);
    },
  };
}

const INSERT_TEST = `insert into webhook_deliveries (webhook_id, event, body)
  select id, :event, json_build_object('type', :event::text,
    'timestamp', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'data', json_build_object('webhookId', id))
  from webhooks where id = :webhookId and (
    select count(*) from webhook_deliveries where webhook_id = :webhookId and ended_at is null) < :most
  returning *`;

function toDelivery(row: DeliveryRow): Delivery {
  const { id, webhook_id, message_id, ended_at, delivered } = row;
  return {
    id: Number(id),
    webhookId: webhook_id,
    messageId: message_id,
    event: row.event,
    state: ended_at === null ? 'PENDING' : delivered ? 'DELIVERED' : 'FAILED',
    body: row.body,
    traceparent: row.traceparent,
    createdAt: row.created_at,
    tries: row.tries,
    dueAt: ended_at === null ? row.due_at : null,
    endedAt: ended_at,
    last: lastTry(row),
  };
}

function lastTry({ tried_at, tried_url, status, answer, error, seconds }: DeliveryRow): Delivery['last'] {
  if (tried_at === null) return null;
  return { at: tried_at, url: tried_url ?? '', status, answer, error, seconds: seconds ?? 0 };
}
