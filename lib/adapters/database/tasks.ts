import type { Knex } from 'knex';
import { isOfAlbum } from '../../ports/albums.ts';
import { keyInUse } from '../../ports/idempotency.ts';
import type { NewTask, RequestedOutputs, Task, TaskState, TaskStore } from '../../ports/tasks.ts';
import { REFUSALS } from '../../ports/uploads.ts';
import type { Log } from '../../runtime/log.ts';
import { currentTraceparent } from '../../runtime/traceparent.ts';
import { changeAndEnqueue, enqueueNext, enqueueReleased, type MessageSender } from './change-and-enqueue.ts';
import { type TaskRow, toTask } from './rows.ts';
import { createShownTasks } from './shown-tasks.ts';
import { insertTransfers } from './transfers.ts';
import { endUploads } from './uploads.ts';

export function createTaskStore(knex: Knex, sender: MessageSender, log: Log): TaskStore {
  const tasks = (db: Knex = knex) => db<TaskRow>('tasks');
  /** Changes columns of a task whose original is there, and makes the next revision. */
  const revise = async (id: number, userId: number, columns: object): Promise<Task | undefined> => {
    const [row] = await changeAndEnqueue(knex, sender, log, (trx, enqueuedAt) =>
      tasks(trx)
        .where({ id, user_id: userId })
        .whereNotIn('state', ['AWAITING_UPLOAD', 'EXPIRED'])
        .whereRaw("coalesce(error->>'code', '') <> all(?)", [[...REFUSALS]])
        .update(
          {
            ...columns,
            state: 'UPLOADED',
            revision: trx.raw('revision + 1'),
            // A task that waits keeps its place.
            turn: trx.raw("case when state = 'UPLOADED' then turn else next_turn(user_id) end"),
            enqueued_at: unlessHeld(trx, enqueuedAt, columns),
            traceparent: currentTraceparent(),
            ...UNTRIED,
          },
          '*',
        ),
    );
    if (row?.album) await enqueueReleased(knex, sender, log);
    return row && toTask(row);
  };
  const changeWaiting = async (id: number, userId: number, columns: object): Promise<Task | undefined> => {
    const [row] = await tasks().where({ id, user_id: userId, state: 'AWAITING_UPLOAD' }).update(columns, '*');
    return row && toTask(row);
  };
  return {
    ...createShownTasks(knex),
    async usage(userId) {
      const rows = await tasks()
        .where({ user_id: userId })
        .groupBy('state')
        .select<{ state: TaskState; count: string }[]>('state', knex.raw('count(*) as count'));
      return { tasks: Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)])) };
    },
    async create(task) {
      const ofRequest = knex.raw('(request_id) where request_id is not null');
      const insert = async (db: Knex) => {
        const [row] = await tasks(db).insert(newTaskRow(task), '*').onConflict(ofRequest).ignore();
        if (!row) throw keyInUse();
        await insertTransfers(db, [{ row, task }]);
        return toTask(row);
      };
      return task.source || task.destination ? knex.transaction(insert) : insert(knex);
    },
    async findRequested(requestId) {
      const row = await tasks().where({ request_id: requestId }).first();
      return row && toTask(row);
    },
    async markUploaded(id, checksums) {
      const [row] = await changeAndEnqueue(knex, sender, log, (trx, enqueuedAt) =>
        tasks(trx)
          .where({ id, state: 'AWAITING_UPLOAD' })
          .update(
            {
              state: 'UPLOADED',
              turn: trx.raw('next_turn(user_id)'),
              progress: 0,
              upload_session: null,
              upload_writer: null,
              enqueued_at: unlessHeld(trx, enqueuedAt),
              ...(checksums && {
                checksums: trx.raw("coalesce(checksums, '{}') || ?::jsonb", [JSON.stringify(checksums)]),
              }),
            },
            '*',
          ),
      );
      if (row?.album) await enqueueReleased(knex, sender, log);
      return row && toTask(row);
    },
    async find(id, userId) {
      const row = await tasks()
        .where(userId === undefined ? { id } : { id, user_id: userId })
        .first();
      return row && toTask(row);
    },
    async findAll(ids) {
      const rows = await tasks().whereRaw('id = any(?)', [[...ids]]);
      return new Map(rows.map((row) => [row.id, toTask(row)]));
    },
    change: (id, userId, requestedOutput) => revise(id, userId, outputColumns(requestedOutput)),
    async setCover(id, userId, cover) {
      const change = { cover: cover && JSON.stringify(cover) };
      // The original may be received between the two, so that the first is tried again.
      return (
        (await revise(id, userId, change)) ??
        (await changeWaiting(id, userId, change)) ??
        (await revise(id, userId, change))
      );
    },
    async remove(id, userId) {
      const [row] = await endUploads(knex, (trx) =>
        tasks(trx)
          .where(userId === undefined ? { id } : { id, user_id: userId })
          .delete('*'),
      );
      if (row) await (row.album ? enqueueReleased : enqueueNext)(knex, sender, log);
      return row && toTask(row);
    },
  };
}

/** Columns of a task that waits for its original. */
export function newTaskRow(task: NewTask): object {
  const { userId, name, originalExt, requestedOutput, declaredSize, uploadExpiresAt, requestId } = task;
  const { source, destination } = task;
  return {
    user_id: userId,
    name,
    original_ext: originalExt,
    ...outputColumns(requestedOutput),
    state: 'AWAITING_UPLOAD',
    declared_size: declaredSize,
    upload_expires_at: uploadExpiresAt,
    request_id: requestId ?? null,
    source: source ? { url: source.url, received: 0, size: null } : null,
    destination: destination ? { url: destination.url } : null,
    traceparent: currentTraceparent(),
  };
}

/** Columns of a requested output. An array would become one of PostgreSQL, so that JSON is printed here. */
export function outputColumns(requested: RequestedOutputs) {
  const { format, options, outputs } = requested;
  return { format, options, outputs: outputs ? JSON.stringify(outputs) : null, album: isOfAlbum(requested) };
}

/** Null for a task that asks for an album: it is admitted when no original of the album is waited for. */
function unlessHeld(trx: Knex, enqueuedAt: Knex.Raw | null, columns: object = {}): Knex.Raw | null {
  if ('album' in columns) return columns.album ? null : enqueuedAt;
  return enqueuedAt && trx.raw('case when album then null else now() end');
}

/** Columns of a revision that no worker has tried to convert. */
const UNTRIED = {
  attempt: 0,
  worker: null,
  lease_until: null,
  progress: 0,
  result: null,
  delivered: null,
  error: null,
  started_at: null,
  finished_at: null,
  expires_at: null,
  expiry_told_at: null,
} as const;
