import type { Knex } from 'knex';
import type { ChangedPage, ChangedTask, ChangedTaskStore } from '../../ports/task-changes.ts';
import { type TaskRow, toTask } from './rows.ts';

type ChangedRow = TaskRow & { change: string };

export function createChangedTaskStore(knex: Knex): ChangedTaskStore {
  const tasks = (userId: number) => knex<ChangedRow>('tasks').where({ user_id: userId });
  const page = async ({ userId, batchId, after, limit }: ChangedPage, states?: readonly string[]) => {
    const query = tasks(userId).where('change', '>', after).orderBy('change').limit(limit);
    if (batchId !== undefined) query.where({ batch_id: batchId });
    if (states) query.whereIn('state', [...states]);
    return (await query).map(toChanged);
  };
  return {
    async last() {
      const { rows } = await knex.raw<{ rows: { last: string }[] }>(
        'select last_value as last from task_changes',
      );
      return Number(rows[0]?.last);
    },
    async find(userId, taskId) {
      const row = await tasks(userId).where({ id: taskId }).first();
      return row && toChanged(row);
    },
    after: (wanted) => page(wanted),
    unfinished: (wanted) => page(wanted, UNFINISHED),
  };
}

const UNFINISHED = ['AWAITING_UPLOAD', 'UPLOADED', 'PROCESSING'];

function toChanged(row: ChangedRow): ChangedTask {
  return { number: Number(row.change), task: toTask(row) };
}
