import type { Knex } from 'knex';
import type { Delivered, NewTask } from '../../ports/tasks.ts';
import type { ClaimedTransfer, TransferKind, TransferStore } from '../../ports/transfers.ts';
import { type TaskRow, toTask } from './rows.ts';

/** A row of `transfers`. */
interface TransferRow {
  task_id: number;
  kind: TransferKind;
  user_id: number;
  url: string;
  due_at: Date | null;
  claim: number;
  worker: string | null;
  tries: number;
}

/** Due transfers that one claim looks at. */
const LOOKED_AT = 1000;

/**
 * Takes due transfers by their places within their users, counting the tries that run already: each user's first comes
 * before any user's second.
 */
const CLAIM = `with due as (
    select task_id, kind, due_at, row_number() over (partition by user_id order by due_at, task_id)
      + (select count(*) from transfers r where r.user_id = t.user_id and r.worker is not null and r.due_at > now())
      as place
    from (select * from transfers where due_at <= now() and (:task::int is null or task_id = :task)
      order by due_at limit ${LOOKED_AT}) t
  ), chosen as (
    select task_id, kind from transfers where due_at <= now() and (task_id, kind) in (
      select task_id, kind from due where place <= :perUser order by place, due_at limit :most)
    for update skip locked
  )
  update transfers t set claim = claim + 1, tries = tries + 1, worker = :worker,
    due_at = now() + :seconds * interval '1 second'
  from chosen where t.task_id = chosen.task_id and t.kind = chosen.kind returning t.*`;

/** Transfers of tasks, in rows that the removal of a task removes. */
export function createTransferStore(knex: Knex): TransferStore {
  const own = ({ task, kind, claim }: ClaimedTransfer, db: Knex = knex) =>
    db<TransferRow>('transfers').where({ task_id: task.id, kind, claim });
  const later = (seconds: number) => knex.raw("now() + ? * interval '1 second'", [seconds]);
  const untried = { worker: null, due_at: knex.fn.now(), tries: knex.raw('tries - 1') };
  return {
    async claim(worker, limits, taskId) {
      const bindings = { ...limits, worker, task: taskId ?? null };
      const { rows } = await knex.raw<{ rows: TransferRow[] }>(CLAIM, bindings);
      if (rows.length === 0) return [];
      const tasks = await knex<TaskRow>('tasks').whereRaw('id = any(?)', [rows.map((row) => row.task_id)]);
      const byId = new Map(tasks.map((row) => [row.id, row]));
      return rows.flatMap(({ task_id, kind, url, claim, tries }) => {
        const row = byId.get(task_id);
        return row ? [{ kind, task: toTask(row), url, claim, tries, traceparent: row.traceparent }] : [];
      });
    },
    heartbeat: (transfer, seconds, progress) =>
      knex.transaction(async (trx) => {
        // A heartbeat may be on its way when its try ends, and must not delay the next one.
        const held = own(transfer, trx).whereNotNull('worker');
        if ((await held.update({ due_at: later(seconds) })) === 0) return false;
        if (!progress) return true;
        const { received, size } = progress;
        const part = size === null ? 0 : Math.min(1, received / Math.max(size, 1));
        await trx<TaskRow>('tasks')
          .where({ id: transfer.task.id, state: 'AWAITING_UPLOAD' })
          .update({
            progress: part,
            source: trx.raw("source || jsonb_build_object('received', ?::bigint, 'size', ?::bigint)", [
              received,
              size,
            ]),
          });
        return true;
      }),
    async begin(taskIds) {
      await knex<TransferRow>('transfers')
        .whereRaw('task_id = any(?)', [[...taskIds]])
        .where({ kind: 'import', tries: 0 })
        .whereNull('worker')
        .update({ due_at: knex.fn.now() });
    },
    async rename(id, name, originalExt) {
      const change = { name, original_ext: originalExt };
      const [row] = await knex<TaskRow>('tasks').where({ id, state: 'AWAITING_UPLOAD' }).update(change, '*');
      return row && toTask(row);
    },
    async postpone(transfer, seconds) {
      await own(transfer).update({ worker: null, due_at: later(seconds) });
    },
    async handBack(transfer) {
      await own(transfer).update(untried);
    },
    async handBackAll(worker) {
      await knex<TransferRow>('transfers').where({ worker }).update({ worker: null, due_at: knex.fn.now() });
    },
    end: (transfer, delivered) =>
      knex.transaction(async (trx) => {
        if (transfer.kind === 'import') return (await own(transfer, trx).delete()) === 1;
        const ended = (await own(transfer, trx).update({ worker: null, due_at: null })) === 1;
        if (ended && delivered) await keep(trx, transfer.task.id, delivered);
        return ended;
      }),
    async dueTasks(limit) {
      const rows = await knex<TransferRow>('transfers')
        .where('due_at', '<=', knex.fn.now())
        .orderBy('due_at')
        .limit(limit)
        .pluck('task_id');
      return [...new Set<number>(rows)];
    },
  };
}

/** Adds the transfers that new tasks need. */
export async function insertTransfers(
  db: Knex,
  created: readonly { row: TaskRow; task: Pick<NewTask, 'source' | 'importDelay' | 'destination'> }[],
): Promise<void> {
  const after = (seconds: number) => db.raw("now() + ? * interval '1 second'", [seconds]);
  const rows = created.flatMap(({ row, task: { source, importDelay = 0, destination } }) => {
    const of = { task_id: row.id, user_id: row.user_id };
    return [
      ...(source ? [{ ...of, kind: 'import' as const, url: source.secret, due_at: after(importDelay) }] : []),
      ...(destination ? [{ ...of, kind: 'delivery' as const, url: destination.secret, due_at: null }] : []),
    ];
  });
  if (rows.length > 0) await db('transfers').insert(rows);
}

async function keep(db: Knex, id: number, delivered: Delivered): Promise<void> {
  await db<TaskRow>('tasks').where({ id }).update({ delivered });
}
