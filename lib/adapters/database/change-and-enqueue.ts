import type { Knex } from 'knex';
import type { Queue, QueuedMessage } from '../../ports/queue.ts';
import type { Log } from '../../runtime/log.ts';
import { mark } from '../../runtime/marks.ts';
import type { TaskRow } from './rows.ts';

/** The part of a queue that enqueueing needs. */
export type MessageSender = Pick<Queue, 'enqueue' | 'transactional' | 'maxMessages'>;

/**
 * Changes rows that wait for a conversion, and enqueues their messages: inside the transaction if the queue can join it,
 * otherwise after the commit. A message that fails after the commit is lost, and the sweep enqueues it again. A queue with a
 * maximum of messages gets those of the lowest turns; the other tasks have no `enqueued_at` and follow later.
 * @param change must set `enqueued_at` to its second argument
 */
export async function changeAndEnqueue(
  knex: Knex,
  sender: MessageSender,
  log: Log,
  change: (trx: Knex.Transaction, enqueuedAt: Knex.Raw | null) => Promise<TaskRow[]>,
): Promise<TaskRow[]> {
  if (!isLimited(sender)) return enqueueRows(knex, sender, log, (trx) => change(trx, trx.fn.now()));
  const rows = await knex.transaction((trx) => change(trx, null));
  if (rows.length > 0) await enqueueNext(knex, sender, log);
  return rows;
}

/**
 * Enqueues the tasks that were held for an album whose last original came or will not come: as far as the maximum of the queue
 * allows. The sweep does the same.
 */
export async function enqueueReleased(knex: Knex, sender: MessageSender, log: Log): Promise<void> {
  try {
    await enqueueRows(knex, sender, log, (trx) => admitTasks(trx, sender));
  } catch (error) {
    log.warn('The tasks of an album were not enqueued; the sweep enqueues them', { error });
  }
}

/** Enqueues a message for each row that `change` returns and that is not held, whatever the limit of the queue. */
export async function enqueueRows(
  knex: Knex,
  sender: MessageSender,
  log: Log,
  change: (trx: Knex.Transaction) => Promise<TaskRow[]>,
): Promise<TaskRow[]> {
  const rows = await knex.transaction(async (trx) => {
    const changed = await change(trx);
    const due = changed.filter(isDue);
    if (sender.transactional && due.length > 0) await sender.enqueue(due.map(messageOf), trx);
    return changed;
  });
  if (!sender.transactional) await publish(sender, log, rows.filter(isDue));
  mark('enqueued');
  return rows;
}

/**
 * Enqueues the next tasks after one has ended or begun to wait, as far as the maximum of the queue allows; does nothing for
 * a queue without one. It runs after the commit of the change that makes room, so that the lock by which tasks are admitted one
 * after another is held for one statement only.
 */
export async function enqueueNext(knex: Knex, sender: MessageSender, log: Log): Promise<void> {
  if (!isLimited(sender)) return;
  try {
    await publish(sender, log, await admitTasks(knex, sender));
  } catch (error) {
    log.warn('The next tasks were not enqueued; the sweep enqueues them', { error });
  }
}

function isDue({ enqueued_at }: TaskRow): boolean {
  return enqueued_at !== null;
}

/** Marks the next tasks as enqueued, as far as the maximum of the queue allows, and returns them. */
export async function admitTasks(knex: Knex, sender: MessageSender): Promise<TaskRow[]> {
  const most = isLimited(sender) ? sender.maxMessages : null;
  const { rows } = await knex.raw<{ rows: TaskRow[] }>('select * from admit_tasks(?)', [most]);
  return rows;
}

/** Sends messages after a commit. Failures are logged, since the sweep enqueues these messages again. */
async function publish(sender: MessageSender, log: Log, rows: readonly TaskRow[]): Promise<void> {
  if (rows.length === 0) return;
  try {
    await sender.enqueue(rows.map(messageOf));
  } catch (error) {
    log.warn('The conversion message was lost; the sweep enqueues it again', { error });
  }
}

function messageOf({ id, revision, turn, traceparent }: TaskRow): QueuedMessage {
  return { taskId: id, revision, turn, ...(traceparent !== null && { traceparent }) };
}

function isLimited({ maxMessages }: MessageSender): boolean {
  return Number.isFinite(maxMessages);
}
