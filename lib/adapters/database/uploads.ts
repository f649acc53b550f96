import type { Knex } from 'knex';
import type { UploadStore } from '../../ports/uploads.ts';
import type { EndedUploadRow, TaskRow } from './rows.ts';

/** Sessions cancelled in one sweep. */
const BATCH = 1000;

/** Columns of a task that no longer waits for its original. */
const OVER = { upload_session: null, upload_writer: null } as const;

export function createUploadStore(knex: Knex): UploadStore {
  const waiting = (id: number, db: Knex = knex) =>
    db<TaskRow>('tasks').where({ id, state: 'AWAITING_UPLOAD' });
  const ended = () => knex<EndedUploadRow>('ended_uploads');
  return {
    recordSession: async (id, session) => (await waiting(id).update({ upload_session: session })) === 1,
    async refuse(id, error) {
      const change = { ...OVER, state: 'FAILED', error, finished_at: knex.fn.now() } as const;
      return (await waiting(id).update(change)) === 1;
    },
    abandon: async (id) =>
      (await endUploads(knex, (trx) => waiting(id, trx).update(expired(trx), '*'))).length === 1,
    async sessionsToCancel() {
      const rows = await ended().whereNull('cancelled_at').orderBy('ended_at').limit(BATCH);
      return rows.map(({ task_id, session }) => ({ taskId: task_id, session }));
    },
    async markCancelled(taskId) {
      await ended().where({ task_id: taskId }).update({ cancelled_at: knex.fn.now() });
    },
    hasEnded: async (taskId) => (await ended().where({ task_id: taskId }).first('task_id')) !== undefined,
  };
}

/** Columns of a task whose upload expires. */
function expired(knex: Knex) {
  return { state: 'EXPIRED', finished_at: knex.fn.now(), upload_writer: null } as const;
}

/**
 * Ends tasks, and records in the same transaction the sessions that outlive them: they must be cancelled, and objects
 * that they still produce must be recognized.
 * @param end returns the rows as they were or are
 */
export function endUploads(
  knex: Knex,
  end: (trx: Knex.Transaction) => Promise<TaskRow[]>,
): Promise<TaskRow[]> {
  return knex.transaction(async (trx) => {
    const rows = await end(trx);
    const sessions = rows.flatMap(({ id, state, upload_session }) =>
      upload_session !== null && (state === 'AWAITING_UPLOAD' || state === 'EXPIRED')
        ? [{ task_id: id, session: upload_session }]
        : [],
    );
    if (sessions.length > 0)
      await trx<EndedUploadRow>('ended_uploads').insert(sessions).onConflict('task_id').ignore();
    return rows;
  });
}
