import type { Knex } from 'knex';
import type { Group, GroupStore, LimitOverrides, UserLimitStore } from '../../ports/user-limits.ts';
import { AppError } from '../../runtime/errors.ts';
import { isUniqueViolation } from './rows.ts';

interface GroupRow {
  id: number;
  name: string;
  limits: LimitOverrides;
  created_at: Date;
}

interface LimitRow {
  user_id: number;
  group_id: number | null;
  limits: LimitOverrides;
}

export function createUserLimitStore(knex: Knex): UserLimitStore {
  return {
    async find(userId) {
      const row = await knex<LimitRow>('user_limits').where({ user_id: userId }).first();
      const group =
        row && row.group_id !== null
          ? await knex<GroupRow>('groups').where({ id: row.group_id }).first()
          : undefined;
      return { group: group && toGroup(group), limits: row?.limits ?? {} };
    },
    async change(userId, { groupId, limits }) {
      if (groupId !== undefined && groupId !== null) {
        const group = await knex<GroupRow>('groups').where({ id: groupId }).first('id');
        if (!group) return false;
      }
      const changed = {
        ...(groupId !== undefined && { group_id: groupId }),
        ...(limits !== undefined && { limits }),
      };
      if (Object.keys(changed).length > 0)
        await knex<LimitRow>('user_limits')
          .insert({ user_id: userId, ...changed })
          .onConflict('user_id')
          .merge(changed);
      return true;
    },
  };
}

export function createGroupStore(knex: Knex): GroupStore {
  const groups = (db: Knex = knex) => db<GroupRow>('groups');
  return {
    add: ({ name, limits }, most) =>
      orTaken(
        knex.transaction(async (transaction) => {
          const [count] = await groups(transaction).count({ count: '*' });
          if (Number(count?.count) >= most) return undefined;
          const [row] = await groups(transaction).insert({ name, limits }, '*');
          return row && toGroup(row);
        }),
      ),
    async list() {
      const counts = knex('user_limits').whereNotNull('group_id').groupBy('group_id');
      const counted = counts.select('group_id', knex.raw('count(*)::integer as users')).as('counted');
      const rows = await groups()
        .leftJoin(counted, 'counted.group_id', 'groups.id')
        .orderBy('name')
        .select<(GroupRow & { users: number | null })[]>('groups.*', 'counted.users');
      return rows.map((row) => ({ ...toGroup(row), users: row.users ?? 0 }));
    },
    change(id, { name, limits }) {
      const changed = { ...(name !== undefined && { name }), ...(limits !== undefined && { limits }) };
      const change = async () => {
        const found = groups().where({ id });
        const [row] = Object.keys(changed).length === 0 ? await found : await found.update(changed, '*');
        return row && toGroup(row);
      };
      return orTaken(change());
    },
    async remove(id) {
      const [row] = await groups().where({ id }).delete('*');
      return row && toGroup(row);
    },
  };
}

async function orTaken<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const details = [{ path: 'name', message: 'is taken' }];
    throw new AppError('taken', 'A group has this name already. Choose another.', { details });
  }
}

function toGroup({ id, name, limits, created_at: createdAt }: GroupRow): Group {
  return { id, name, limits, createdAt };
}
