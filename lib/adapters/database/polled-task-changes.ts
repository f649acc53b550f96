import type { Knex } from 'knex';
import type { TaskChange, TaskChangeListener, TaskChanges } from '../../ports/task-changes.ts';
import type { TaskState } from '../../ports/tasks.ts';
import type { Log } from '../../runtime/log.ts';
import type { WebhookRow } from './webhooks.ts';

/** Milliseconds between two polls. */
const PAUSE = 1000;

/** Polls for which a change counts as new, since a transaction may commit later than one with a higher number. */
const OVERLAP = 10;

/** Seconds for which a disabled webhook counts as new. */
const NEWLY = 10;

/** Whether the service fetches the original of a task, whose progress changes meanwhile. */
const isFetched = (where: Knex.QueryBuilder) =>
  where.where({ state: 'AWAITING_UPLOAD' }).whereNotNull('source');

interface PolledRow {
  id: number;
  user_id: number;
  batch_id: number | null;
  /** PostgreSQL's bigint, as text. */
  change: string;
  state: TaskState;
  progress: number;
}

/**
 * Changes by polling, for functions: a connection for each instance of a function would use up those of the database. One
 * query a second serves all listeners of a process; no query runs without a listener. A removed task gives no change.
 */
export function createPolledChanges(knex: Knex, log: Log): TaskChanges {
  const listeners = new Map<number, Set<TaskChangeListener>>();
  let seen = new Map<number, PolledRow>();
  let numbers: number[] = [];
  let disabled = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  const lastNumber = async () => {
    const { rows } = await knex.raw<{ rows: { last: string }[] }>(
      'select last_value as last from task_changes',
    );
    return Number(rows[0]?.last);
  };
  const poll = async () => {
    numbers = [...numbers, await lastNumber()].slice(-OVERLAP);
    const found = await knex<PolledRow>('tasks')
      .whereIn('user_id', [...listeners.keys()])
      .where((where) =>
        where
          .where('change', '>=', numbers[0] ?? 0)
          .orWhere({ state: 'PROCESSING' })
          .orWhere(isFetched),
      )
      .select('id', 'user_id', 'batch_id', 'change', 'state', 'progress');
    for (const row of found) tell(row, seen.get(row.id));
    seen = new Map(found.map((row) => [row.id, row]));
    await pollWebhooks();
  };
  const pollWebhooks = async () => {
    const rows = await knex<WebhookRow>('webhooks')
      .whereIn('user_id', [...listeners.keys()])
      .whereNotNull('disabled_reason')
      .where('disabled_at', '>', knex.raw("now() - ? * interval '1 second'", [NEWLY]))
      .select('id', 'user_id', 'disabled_at');
    const told = disabled;
    disabled = new Set(rows.map(keyOf));
    for (const row of rows)
      if (!told.has(keyOf(row)))
        for (const listener of listeners.get(row.user_id) ?? []) listener.onWebhookDisabled(row.id);
  };
  const tell = (row: PolledRow, before: PolledRow | undefined) => {
    if (before?.change === row.change && before.progress === row.progress) return;
    const change = toChange(row, before?.change !== row.change);
    for (const listener of listeners.get(row.user_id) ?? []) listener.onChange(change);
  };
  const again = () => {
    timer = setTimeout(() => {
      poll()
        .catch((error: unknown) => log.warn('The poll for task changes failed', { error }))
        .finally(() => (listeners.size > 0 ? again() : stop()));
    }, PAUSE);
  };
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
    seen = new Map();
    numbers = [];
    disabled = new Set();
  };

  return {
    async listen(userId, listener) {
      // The first poll must also find what changes before it.
      if (numbers.length === 0) numbers.unshift(await lastNumber());
      const mine = listeners.get(userId) ?? new Set();
      listeners.set(userId, mine.add(listener));
      if (!timer) again();
      return () => {
        mine.delete(listener);
        if (mine.size === 0 && listeners.get(userId) === mine) listeners.delete(userId);
      };
    },
    async close() {
      listeners.clear();
      stop();
    },
  };
}

const keyOf = ({ id, disabled_at }: Pick<WebhookRow, 'id' | 'disabled_at'>) =>
  `${id} ${disabled_at?.getTime()}`;

function toChange(row: PolledRow, isChanged: boolean): TaskChange {
  const { id, user_id, batch_id, change, state, progress } = row;
  const number = isChanged ? Number(change) : null;
  return { userId: user_id, taskId: id, batchId: batch_id, number, state, progress };
}
