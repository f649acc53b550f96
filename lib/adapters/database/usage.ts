import type { Knex } from 'knex';
import type { UsageStore } from '../../ports/usage.ts';
import type { TaskRow } from './rows.ts';

export function createUsageStore(knex: Knex): UsageStore {
  return {
    async countTasks(userId, state, most) {
      const found = knex<TaskRow>('tasks')
        .where({ user_id: userId, state })
        .limit(most)
        .select(knex.raw('1'))
        .as('found');
      const [row] = await knex.from(found).select<{ count: string }[]>(knex.raw('count(*) as count'));
      return Number(row?.count ?? 0);
    },
    async storedBytes(userId) {
      const row = await knex('stored_bytes').where({ user_id: userId }).first<{ bytes: string }>('bytes');
      return Number(row?.bytes ?? 0);
    },
  };
}
