import type { Knex } from 'knex';
import type { Received, ReceivedBytesStore } from '../../ports/uploads.ts';
import { type TaskRow, toTask } from './rows.ts';

/**
 * Pieces are written while the row is locked. Of all locks at hand this one works for any number of machines over one
 * share, is freed by the server when its holder dies, and lets no late writer slip in behind the next: NFS locks need a
 * daemon and grace periods, a lock file stays behind, and neither knows how much was truly stored.
 */
export function createReceivedBytesStore(knex: Knex): ReceivedBytesStore {
  const waiting = (id: number, db: Knex = knex) =>
    db<TaskRow>('tasks').where({ id, state: 'AWAITING_UPLOAD' });
  const locked = (trx: Knex, id: number, writer: string) =>
    waiting(id, trx).where({ upload_writer: writer }).forUpdate().first('upload_received');
  return {
    async describe(id, { name, originalExt, requestedOutput: { format, options }, declaredSize, checksums }) {
      const description = { name, original_ext: originalExt, format, options, declared_size: declaredSize };
      const [row] = await waiting(id).update({ ...description, checksums }, '*');
      return row && toTask(row);
    },
    async find(id) {
      const row = await knex<TaskRow>('tasks').where({ id }).first();
      return row && { task: toTask(row), ...receivedOf(row) };
    },
    take: (id, writer, claims) =>
      knex.transaction(async (trx) => {
        const before = await waiting(id, trx).forUpdate().first('upload_writer');
        const said = JSON.stringify(claims);
        const known = "coalesce(upload_claims, '{}')";
        const [row] = await waiting(id, trx)
          .whereRaw(`${known} || ?::jsonb = ?::jsonb || ${known}`, [said, said])
          .update({ upload_writer: writer, upload_claims: trx.raw(`${known} || ?::jsonb`, [said]) }, [
            'upload_received',
            'upload_claims',
          ]);
        return row && { ...receivedOf(row), previous: before?.upload_writer ?? null };
      }),
    add: (id, writer, bytes, write) =>
      knex.transaction(async (trx) => {
        const row = await locked(trx, id, writer);
        if (!row) return undefined;
        const position = Number(row.upload_received);
        await write(position);
        await waiting(id, trx).update({ upload_received: position + bytes });
        return position + bytes;
      }),
    rewind: (id, writer, received, undo) =>
      knex.transaction(async (trx) => {
        if (!(await locked(trx, id, writer))) return false;
        await undo?.();
        const forgotten = received === 0 ? { upload_claims: null } : {};
        await waiting(id, trx).update({ upload_received: received, ...forgotten });
        return true;
      }),
    async waiting(ids) {
      const rows = await knex<TaskRow>('tasks')
        .whereIn('id', [...ids])
        .whereNot({ state: 'EXPIRED' })
        .select('id', 'state', 'upload_writer');
      return new Map(
        rows.map(({ id, state, upload_writer }) => [
          id,
          { writer: upload_writer, complete: state !== 'AWAITING_UPLOAD' },
        ]),
      );
    },
  };
}

function receivedOf(row: Pick<TaskRow, 'upload_received' | 'upload_claims'>): Received {
  return { received: Number(row.upload_received), claims: row.upload_claims ?? {} };
}
