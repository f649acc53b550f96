import type { Knex } from 'knex';
import type { AdministrationStore, ManagedUser, QueueState } from '../../ports/administration.ts';
import type { TaskState } from '../../ports/tasks.ts';
import type { LimitOverrides } from '../../ports/user-limits.ts';
import { ended } from './users.ts';

interface ManagedRow {
  id: number;
  name: string;
  email: string | null;
  created_at: Date;
  suspended_at: Date | null;
  group_id: number | null;
  group_name: string | null;
  limits: LimitOverrides | null;
  stored: string | null;
}

interface CountRow {
  user_id: number;
  state: TaskState;
  count: number;
}

/** States of tasks in the queue. */
const QUEUED = ['UPLOADED', 'PROCESSING'] as const;

export function createAdministrationStore(knex: Knex): AdministrationStore {
  const rows = () =>
    knex('users')
      .leftJoin('user_limits', 'user_limits.user_id', 'users.id')
      .leftJoin('groups', 'groups.id', 'user_limits.group_id')
      .leftJoin('stored_bytes', 'stored_bytes.user_id', 'users.id')
      .select<ManagedRow[]>(
        'users.id',
        'users.name',
        'users.email',
        'users.created_at',
        'users.suspended_at',
        'user_limits.group_id',
        'groups.name as group_name',
        'user_limits.limits',
        'stored_bytes.bytes as stored',
      );
  const withUsage = async (found: readonly ManagedRow[]): Promise<ManagedUser[]> => {
    const counts = await knex('tasks')
      .whereIn(
        'user_id',
        found.map(({ id }) => id),
      )
      .groupBy('user_id', 'state')
      .select<CountRow[]>('user_id', 'state', knex.raw('count(*)::integer as count'));
    return found.map((row) => toManaged(row, counts));
  };

  return {
    async users({ limit, after, search, groupId }) {
      const query = rows().orderBy('users.id').limit(limit);
      if (after !== undefined) query.where('users.id', '>', after);
      if (groupId !== undefined) query.where('user_limits.group_id', groupId);
      if (search !== undefined)
        query.whereRaw(
          "(position(lower(?) in lower(users.name)) > 0 or position(lower(?) in lower(coalesce(users.email, ''))) > 0)",
          [search, search],
        );
      return withUsage(await query);
    },
    async find(id) {
      const [user] = await withUsage(await rows().where('users.id', id));
      return user;
    },
    setSuspended: (id, suspended) =>
      knex.transaction(async (transaction) => {
        // A refresh holds a lock of its user until its new token is committed; see withFamily.
        const user = await transaction('users').where({ id }).forUpdate().first('suspended_at');
        if (!user) return false;
        if ((user.suspended_at !== null) === suspended) return true;
        await transaction('refresh_tokens').where({ user_id: id }).delete();
        await transaction('users')
          .where({ id })
          .update({ suspended_at: suspended ? knex.fn.now() : null, ...ended(knex) });
        return true;
      }),
    queue: (most) => queueState(knex, most),
    async failures(days) {
      return knex('tasks')
        .where({ state: 'FAILED' })
        .whereRaw("finished_at > now() - ? * interval '1 day'", [days])
        .groupByRaw('1')
        .orderBy([{ column: 'count', order: 'desc' }, 'code'])
        .select<{ code: string; count: number }[]>(
          knex.raw("coalesce(error ->> 'code', 'unknown') as code, count(*)::integer as count"),
        );
    },
  };
}

async function queueState(knex: Knex, most: number): Promise<QueueState> {
  const counted = knex.raw(
    `count(*) filter (where state = 'UPLOADED')::integer as waiting,
     count(*) filter (where state = 'PROCESSING')::integer as running`,
  );
  const [totals] = await knex('tasks')
    .whereIn('state', [...QUEUED])
    .select<{ waiting: number; running: number; oldest: number | null }[]>(
      counted,
      knex.raw(
        "extract(epoch from now() - min(created_at) filter (where state = 'UPLOADED'))::float as oldest",
      ),
    );
  const counts = await knex('tasks')
    .whereIn('state', [...QUEUED])
    .groupBy('user_id')
    .orderByRaw('count(*) desc, user_id')
    .limit(most)
    .select<{ id: number; waiting: number; running: number }[]>('user_id as id', counted);
  const named = await knex('users')
    .whereIn(
      'id',
      counts.map(({ id }) => id),
    )
    .select<{ id: number; name: string }[]>('id', 'name');
  const names = new Map(named.map(({ id, name }) => [id, name]));
  const users = counts.map((count) => ({ ...count, name: names.get(count.id) ?? '' }));
  const oldest = totals?.oldest ?? null;
  return {
    waiting: totals?.waiting ?? 0,
    running: totals?.running ?? 0,
    oldestSeconds: oldest === null ? null : Math.max(0, Math.round(oldest)),
    users,
  };
}

function toManaged(row: ManagedRow, counts: readonly CountRow[]): ManagedUser {
  const { id, name, email, group_id: groupId, group_name: groupName } = row;
  const own = counts.filter((count) => count.user_id === id);
  return {
    id,
    name,
    email: email ?? '',
    createdAt: row.created_at,
    suspendedAt: row.suspended_at,
    group: groupId === null || groupName === null ? null : { id: groupId, name: groupName },
    limits: row.limits ?? {},
    usage: {
      tasks: Object.fromEntries(own.map(({ state, count }) => [state, count])),
      storedBytes: Number(row.stored ?? 0),
    },
  };
}
