import type { Knex } from 'knex';
import type { Log } from '../log.ts';
import type { Housekeeping } from '../ports.ts';
import { type Bells, changeAndRing } from './bells.ts';
import { claimable, giveUp } from './leases.ts';
import type { TaskRow } from './rows.ts';

/** Rows mended in one statement, so that one sweep never locks the table for long. */
const BATCH = 1000;

export function createHousekeeping(knex: Knex, bells: Bells, log: Log, attempts: number): Housekeeping {
  return {
    async ringAgain(seconds) {
      const rows = await changeAndRing(knex, bells, log, (trx) =>
        trx<TaskRow>('tasks')
          .whereIn('id', waiting(trx, seconds, attempts))
          .update({ rung_at: trx.fn.now() }, '*'),
      );
      return rows.length;
    },
    giveUp: () => giveUp(knex, attempts),
    expireUploads: () =>
      knex<TaskRow>('tasks')
        .where({ state: 'AWAITING_UPLOAD' })
        .where('upload_expires_at', '<', knex.fn.now())
        .update({ state: 'EXPIRED', finished_at: knex.fn.now() }),
    removeExpiredTokens: () => knex('refresh_tokens').where('expires_at', '<', knex.fn.now()).delete(),
    async takeTurn(chore, seconds) {
      await knex('chores').insert({ name: chore, done_at: '-infinity' }).onConflict('name').ignore();
      const taken = await knex('chores')
        .where({ name: chore })
        .whereRaw("done_at <= now() - ? * interval '1 second'", [seconds])
        .update({ done_at: knex.fn.now() });
      return taken === 1;
    },
  };
}

function waiting(trx: Knex.Transaction, seconds: number, attempts: number): Knex.QueryBuilder {
  return claimable(trx<TaskRow>('tasks'), trx)
    .where('attempt', '<', attempts)
    .whereRaw("rung_at < now() - ? * interval '1 second'", [seconds])
    .orderBy('rung_at')
    .limit(BATCH)
    .forUpdate()
    .skipLocked()
    .select('id');
}
