import type { Knex } from 'knex';
import type { Batch, BatchKey, BatchStore } from '../../ports/batches.ts';
import { keyInUse } from '../../ports/idempotency.ts';
import { isFinal, type TaskState } from '../../ports/tasks.ts';
import { type TaskRow, toTask } from './rows.ts';
import { CHANGE_CHANNEL } from './task-change-triggers.ts';
import { newTaskRow } from './tasks.ts';
import { insertTransfers } from './transfers.ts';

interface BatchRow {
  id: number;
  user_id: number;
  name: string | null;
  created_at: Date;
  removed_at: Date | null;
  request_id: string | null;
}

/** Batches in rows of their own; their tasks name them. */
export function createBatchStore(knex: Knex): BatchStore {
  const batches = () => knex<BatchRow>('batches');
  const own = ({ id, userId }: BatchKey) => batches().where({ id, user_id: userId });
  const withCounts = async (rows: readonly BatchRow[]) => {
    const counted = await counts(
      knex,
      rows.map(({ id }) => id),
    );
    return rows.map((row) => toBatch(row, counted.get(row.id) ?? []));
  };
  return {
    create: ({ userId, name, tasks, requestId = null }) =>
      knex.transaction(async (trx) => {
        const added = { user_id: userId, name, request_id: requestId };
        const [batch] = await trx<BatchRow>('batches').insert(added, '*').onConflict('request_id').ignore();
        if (!batch) throw keyInUse();
        const inserted = tasks.map((task) => ({ ...newTaskRow(task), batch_id: batch.id }));
        const rows = await trx<TaskRow>('tasks').insert(inserted, '*');
        const created = rows.sort((a, b) => a.id - b.id);
        const pairs = created.flatMap((row, index) => (tasks[index] ? [{ row, task: tasks[index] }] : []));
        await insertTransfers(trx, pairs);
        const waiting = { state: 'AWAITING_UPLOAD', count: String(rows.length), progress: 0 } as const;
        return { batch: toBatch(batch, [waiting]), tasks: created.map(toTask) };
      }),
    async find(key) {
      const [batch] = await withCounts(await own(key).whereNull('removed_at'));
      return batch;
    },
    async findRequested(requestId) {
      const row = await batches().where({ request_id: requestId }).first();
      return row && { id: row.id, userId: row.user_id };
    },
    async list(userId, { limit, before }) {
      const query = batches()
        .where({ user_id: userId })
        .whereNull('removed_at')
        .orderBy('id', 'desc')
        .limit(limit);
      if (before !== undefined) query.where('id', '<', before);
      return withCounts(await query);
    },
    hide: async (key) =>
      (await own(key).update({ removed_at: knex.raw('coalesce(removed_at, now())') })) === 1,
    taskIds: (id, limit) =>
      knex<TaskRow>('tasks').where({ batch_id: id }).orderBy('id').limit(limit).pluck('id'),
    async delete(key) {
      const tasks = knex('tasks').where({ batch_id: key.id }).select('id');
      // Streams of a batch without tasks learn its end from no change of a task.
      const told = knex.raw('pg_notify(?, ?)', [CHANGE_CHANNEL, JSON.stringify([key.userId, key.id])]);
      await own(key).whereNotNull('removed_at').whereNotExists(tasks).delete(told);
    },
    async hidden(seconds, limit) {
      const rows = await batches()
        .whereRaw("removed_at <= now() - ? * interval '1 second'", [seconds])
        .orderBy('removed_at')
        .limit(limit);
      return rows.map(({ id, user_id }) => ({ id, userId: user_id }));
    },
  };
}

interface StateCount {
  state: TaskState;
  /** PostgreSQL's bigint, as text. */
  count: string;
  /** Sum over the tasks of the state. */
  progress: number;
}

async function counts(knex: Knex, ids: readonly number[]): Promise<Map<number, StateCount[]>> {
  const rows = await knex<TaskRow>('tasks')
    .whereRaw('batch_id = any(?)', [[...ids]])
    .groupBy('batch_id', 'state')
    .select<(StateCount & { batch_id: number })[]>(
      'batch_id',
      'state',
      knex.raw('count(*) as count'),
      knex.raw('sum(progress) as progress'),
    );
  return Map.groupBy(rows, ({ batch_id }) => batch_id);
}

function toBatch(row: BatchRow, counted: readonly StateCount[]): Batch {
  const total = counted.reduce((sum, { count }) => sum + Number(count), 0);
  const done = counted.reduce(
    (sum, { state, count, progress }) => sum + (isFinal(state) ? Number(count) : progress),
    0,
  );
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    createdAt: row.created_at,
    states: Object.fromEntries(counted.map(({ state, count }) => [state, Number(count)])),
    progress: total === 0 ? 1 : done / total,
  };
}
