import type { Knex } from 'knex';
import type { Bell, Queue } from '../../ports/queue.ts';
import type { Log } from '../../runtime/log.ts';
import type { TaskRow } from './rows.ts';

/** The part of a queue that ringing needs. */
export type Bells = Pick<Queue, 'ring' | 'transactional'>;

/**
 * Changes rows and rings for each that was changed: inside the transaction where the queue can,
 * else after the commit. A ring that fails after the commit is lost, and the sweep rings again.
 * @param change must stamp `rung_at`, by which the sweep sees what waits too long
 */
export async function changeAndRing(
  knex: Knex,
  bells: Bells,
  log: Log,
  change: (trx: Knex.Transaction) => Promise<TaskRow[]>,
): Promise<TaskRow[]> {
  const rows = await knex.transaction(async (trx) => {
    const changed = await change(trx);
    if (bells.transactional && changed.length > 0) await bells.ring(changed.map(bellOf), trx);
    return changed;
  });
  if (!bells.transactional && rows.length > 0) {
    await bells.ring(rows.map(bellOf)).catch((error: unknown) => log.warn('The bell was lost', { error }));
  }
  return rows;
}

function bellOf(row: TaskRow): Bell {
  return { taskId: row.id, revision: row.revision };
}
