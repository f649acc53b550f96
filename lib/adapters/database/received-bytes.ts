import type { Knex } from 'knex';
import type { Received, ReceivedBytesStore } from '../../ports/uploads.ts';
import { type TaskRow, toTask } from './rows.ts';
import { outputColumns } from './tasks.ts';
import { insertTransfers } from './transfers.ts';

/**
 * Bytes are written while the row is locked, and a writer that was overtaken finds another name in it. So a writer may
 * store more than it notes, and find it unchanged at its next step: no other writer came between.
 * The lock of a row works for any number of machines over one share, is freed by the server when its holder dies, and lets no late writer slip in behind the next: NFS locks need a
 * daemon and grace periods, a lock file stays behind, and neither knows how much was truly stored.
 */
export function createReceivedBytesStore(knex: Knex): ReceivedBytesStore {
  const waiting = (id: number, db: Knex = knex) =>
    db<TaskRow>('tasks').where({ id, state: 'AWAITING_UPLOAD' });
  const locked = (trx: Knex, id: number, writer: string) =>
    waiting(id, trx).where({ upload_writer: writer }).forUpdate().first('upload_received');
  return {
    async describeFile(id, { name, originalExt, requestedOutput, declaredSize, destination, checksums }) {
      const description: object = {
        name,
        original_ext: originalExt,
        ...outputColumns(requestedOutput),
        declared_size: declaredSize,
      };
      if (!destination) {
        const [row] = await waiting(id).update({ ...description, checksums }, '*');
        return row && toTask(row);
      }
      return knex.transaction(async (trx) => {
        const shown = { destination: { url: destination.url } };
        const [row] = await waiting(id, trx).update({ ...description, checksums, ...shown }, '*');
        if (row) await insertTransfers(trx, [{ row, task: { destination } }]);
        return row && toTask(row);
      });
    },
    async find(id) {
      const row: (TaskRow & { seen_at: string }) | undefined = await knex('tasks')
        .where({ id })
        .first('*', knex.raw('clock_timestamp()::text as seen_at'));
      return row && { task: toTask(row), ...receivedOf(row), seenAt: row.seen_at };
    },
    claimWriter: (id, writer, claims, seenAt) =>
      knex.transaction(async (trx) => {
        const before = await waiting(id, trx).forUpdate().first('upload_writer');
        const said = JSON.stringify(claims);
        const known = "coalesce(upload_claims, '{}')";
        const [row] = await waiting(id, trx)
          .whereRaw(`${known} || ?::jsonb = ?::jsonb || ${known}`, [said, said])
          .whereRaw('coalesce(upload_claimed_at <= ?::timestamptz, true)', [seenAt])
          .update(
            {
              upload_writer: writer,
              upload_claimed_at: trx.raw('?::timestamptz', [seenAt]),
              upload_claims: trx.raw(`${known} || ?::jsonb`, [said]),
            },
            ['upload_received', 'upload_claims'],
          );
        return row && { ...receivedOf(row), previous: before?.upload_writer ?? null };
      }),
    addBytes: (id, writer, received, write) =>
      knex.transaction(async (trx) => {
        const row = await locked(trx, id, writer);
        if (!row) return false;
        await write();
        if (Number(row.upload_received) !== received)
          await waiting(id, trx).update({ upload_received: received });
        return true;
      }),
    rewind: (id, writer, received, undo) =>
      knex.transaction(async (trx) => {
        if (!(await locked(trx, id, writer))) return false;
        await undo?.();
        const forgotten = received === 0 ? { upload_claims: null } : {};
        await waiting(id, trx).update({ upload_received: received, ...forgotten });
        return true;
      }),
    async findWriters(ids) {
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
