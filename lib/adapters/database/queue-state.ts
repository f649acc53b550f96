import type { Knex } from 'knex';
import pg from 'pg';
import type { QueueState, QueueStateStore, WaitingDeliveries } from '../../ports/queue-state.ts';

/** SQLSTATE 42501, insufficient_privilege (PostgreSQL manual, appendix A). */
const NO_PRIVILEGE = '42501';

/** Numbers of PostgreSQL's bigint come as text. */
type StateRow = Record<keyof QueueState, string>;

/** Reads unfinished tasks alone, by the partial index of turns. */
const STATE = `select coalesce(sum(waiting), 0) as waiting, coalesce(sum(enqueued), 0) as enqueued,
    coalesce(sum(running), 0) as running, count(*) filter (where waiting > 0 and running = 0) as first,
    greatest(0, coalesce(extract(epoch from now() - min(since)), 0)) as "oldestSeconds"
  from (
    select count(*) filter (where state = 'UPLOADED') as waiting,
      count(enqueued_at) filter (where state = 'UPLOADED') as enqueued,
      count(worker) filter (where state = 'PROCESSING') as running,
      min(waiting_since) filter (where state = 'UPLOADED') as since
    from tasks where state in ('UPLOADED', 'PROCESSING') group by user_id
  ) as users`;

/** By the partial index of deliveries that have not ended. */
const DELIVERIES = `select count(*) filter (where due_at <= now()) as due, count(*) filter (where due_at > now()) as later
  from webhook_deliveries where ended_at is null`;

export function createQueueStateStore(knex: Knex): QueueStateStore {
  return {
    async read() {
      const row = await oneRow<StateRow>(knex, STATE);
      return row && numbers(row);
    },
    async deliveries() {
      const row = await oneRow<Record<keyof WaitingDeliveries, string>>(knex, DELIVERIES);
      return row && { due: Number(row.due), later: Number(row.later) };
    },
  };
}

/** Undefined if this login may not read the table. */
async function oneRow<T>(knex: Knex, sql: string): Promise<T | undefined> {
  try {
    return (await knex.raw<{ rows: T[] }>(sql)).rows[0];
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === NO_PRIVILEGE) return undefined;
    throw error;
  }
}

function numbers({ waiting, enqueued, first, running, oldestSeconds }: StateRow): QueueState {
  return {
    waiting: Number(waiting),
    enqueued: Number(enqueued),
    first: Number(first),
    running: Number(running),
    oldestSeconds: Number(oldestSeconds),
  };
}
