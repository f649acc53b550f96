import type { Knex } from 'knex';
import type { ConversionMessage, Queue } from '../../ports/queue.ts';
import type { Log } from '../../runtime/log.ts';
import type { TaskRow } from './rows.ts';

/** The part of a queue that enqueueing needs. */
export type MessageSender = Pick<Queue, 'enqueue' | 'transactional'>;

/**
 * Changes rows and enqueues a message for each changed row: inside the transaction if the queue can join it,
 * otherwise after the commit. A message that fails after the commit is lost, and the sweep enqueues it again.
 * @param change must set `enqueued_at`, by which the sweep finds tasks that wait too long
 */
export async function changeAndEnqueue(
  knex: Knex,
  sender: MessageSender,
  log: Log,
  change: (trx: Knex.Transaction) => Promise<TaskRow[]>,
): Promise<TaskRow[]> {
  const rows = await knex.transaction(async (trx) => {
    const changed = await change(trx);
    if (sender.transactional && changed.length > 0) await sender.enqueue(changed.map(messageOf), trx);
    return changed;
  });
  if (!sender.transactional && rows.length > 0) {
    await sender
      .enqueue(rows.map(messageOf))
      .catch((error: unknown) =>
        log.warn('The conversion message was lost; the sweep enqueues it again', { error }),
      );
  }
  return rows;
}

function messageOf(row: TaskRow): ConversionMessage {
  return { taskId: row.id, revision: row.revision };
}
