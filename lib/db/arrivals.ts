import type { Knex } from 'knex';
import type { ArrivalStore } from '../ports/uploads.ts';
import { type TaskRow, toTask } from './rows.ts';

/**
 * Pieces are written while the row is locked. Of all locks at hand this one works for any number of machines over one
 * share, is freed by the server when its holder dies, and lets no late writer slip in behind the next: NFS locks need a
 * daemon and grace periods, a lock file stays behind, and neither knows how much was truly stored.
 */
export function createArrivalStore(knex: Knex): ArrivalStore {
  const waiting = (id: number, db: Knex = knex) =>
    db<TaskRow>('tasks').where({ id, state: 'AWAITING_UPLOAD' });
  return {
    async describe(id, { name, originalExt, wish: { format, options }, declaredSize }) {
      const change = { name, original_ext: originalExt, format, options, declared_size: declaredSize };
      const [row] = await waiting(id).update(change, '*');
      return row && toTask(row);
    },
    async find(id) {
      const row = await knex<TaskRow>('tasks').where({ id }).first();
      return row && { task: toTask(row), received: Number(row.upload_received) };
    },
    async take(id, writer) {
      const [row] = await waiting(id).update({ upload_writer: writer }, ['upload_received']);
      return row && Number(row.upload_received);
    },
    add: (id, writer, bytes, write) =>
      knex.transaction(async (trx) => {
        const mine = waiting(id, trx).where({ upload_writer: writer });
        const row = await mine.clone().forUpdate().first('upload_received');
        if (!row) return undefined;
        const position = Number(row.upload_received);
        await write(position);
        await mine.clone().update({ upload_received: position + bytes });
        return position + bytes;
      }),
  };
}
