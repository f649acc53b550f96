import type { Knex } from 'knex';
import type { TaskStore } from '../../ports/tasks.ts';
import { REFUSALS } from '../../ports/uploads.ts';
import type { Log } from '../../runtime/log.ts';
import { changeAndEnqueue, type MessageSender } from './change-and-enqueue.ts';
import { type TaskRow, toTask } from './rows.ts';
import { endUploads } from './uploads.ts';

export function createTaskStore(knex: Knex, sender: MessageSender, log: Log): TaskStore {
  const tasks = (db: Knex = knex) => db<TaskRow>('tasks');
  return {
    async create({ userId, name, originalExt, requestedOutput, declaredSize, uploadExpiresAt }) {
      const [row] = await tasks().insert(
        {
          user_id: userId,
          name,
          original_ext: originalExt,
          format: requestedOutput.format,
          options: requestedOutput.options,
          state: 'AWAITING_UPLOAD',
          declared_size: declaredSize,
          upload_expires_at: uploadExpiresAt,
        },
        '*',
      );
      if (!row) throw new TypeError('insert returned no row');
      return toTask(row);
    },
    async markUploaded(id, checksums) {
      const [row] = await changeAndEnqueue(knex, sender, log, (trx) =>
        tasks(trx)
          .where({ id, state: 'AWAITING_UPLOAD' })
          .update(
            {
              state: 'UPLOADED',
              upload_session: null,
              upload_writer: null,
              enqueued_at: trx.fn.now(),
              ...(checksums && {
                checksums: trx.raw("coalesce(checksums, '{}') || ?::jsonb", [JSON.stringify(checksums)]),
              }),
            },
            '*',
          ),
      );
      return row && toTask(row);
    },
    async find(id, userId) {
      const row = await tasks()
        .where(userId === undefined ? { id } : { id, user_id: userId })
        .first();
      return row && toTask(row);
    },
    async list(userId, { limit, descending, state, after }) {
      const query = tasks()
        .where({ user_id: userId })
        .orderBy('id', descending ? 'desc' : 'asc')
        .limit(limit);
      if (state !== undefined) query.where({ state });
      if (after !== undefined) query.where('id', descending ? '<' : '>', after);
      return (await query).map(toTask);
    },
    async change(id, userId, requestedOutput) {
      const [row] = await changeAndEnqueue(knex, sender, log, (trx) =>
        tasks(trx)
          .where({ id, user_id: userId })
          .whereNotIn('state', ['AWAITING_UPLOAD', 'EXPIRED'])
          .whereRaw("coalesce(error->>'code', '') not in (?, ?)", [...REFUSALS])
          .update(
            {
              format: requestedOutput.format,
              options: requestedOutput.options,
              state: 'UPLOADED',
              revision: trx.raw('revision + 1'),
              enqueued_at: trx.fn.now(),
              ...UNTRIED,
            },
            '*',
          ),
      );
      return row && toTask(row);
    },
    async remove(id, userId) {
      const [row] = await endUploads(knex, (trx) =>
        tasks(trx)
          .where(userId === undefined ? { id } : { id, user_id: userId })
          .delete('*'),
      );
      return row && toTask(row);
    },
  };
}

/** Columns of a revision that no worker has tried to convert. */
const UNTRIED = {
  attempt: 0,
  worker: null,
  lease_until: null,
  progress: 0,
  result: null,
  error: null,
  started_at: null,
  finished_at: null,
} as const;
