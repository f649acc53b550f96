import type { Knex } from 'knex';
import type { Housekeeping } from '../../ports/housekeeping.ts';
import type { Log } from '../../runtime/log.ts';
import { admitTasks, enqueueRows, type MessageSender } from './change-and-enqueue.ts';
import { isExpired } from './idempotency-keys.ts';
import { claimable, giveUp } from './leases.ts';
import { type TaskRow, toTask } from './rows.ts';

/** Rows repaired in one statement, so that one sweep never locks the table for long. */
const BATCH = 1000;

/** Uploads ended in one sweep: each needs a request to the storage, which takes some 50 ms for a bucket. */
const OVERDUE = 200;

/** Days after which a session can produce no object any more: Cloud Storage keeps a session for a week. */
const SESSION_DAYS = 8;

export function createHousekeeping(
  knex: Knex,
  sender: MessageSender,
  log: Log,
  attempts: number,
): Housekeeping {
  return {
    async enqueueAgain(seconds) {
      const again = await enqueueRows(knex, sender, log, (trx) =>
        trx<TaskRow>('tasks')
          .whereIn('id', waiting(trx, seconds, attempts))
          .update({ enqueued_at: trx.fn.now() }, '*'),
      );
      const admitted = await enqueueRows(knex, sender, log, (trx) => admitTasks(trx, sender));
      return again.length + admitted.length;
    },
    giveUp: (id) => giveUp(knex, attempts, id),
    async overdueUploads() {
      const rows = await knex<TaskRow>('tasks')
        .where({ state: 'AWAITING_UPLOAD' })
        .where('upload_expires_at', '<', knex.fn.now())
        .orderBy('upload_expires_at')
        .limit(OVERDUE);
      return rows.map(toTask);
    },
    forgetUploads: () =>
      knex('ended_uploads')
        .whereNotNull('cancelled_at')
        .whereRaw("ended_at < now() - ? * interval '1 day'", [SESSION_DAYS])
        .delete(),
    removeExpiredTokens: () => knex('refresh_tokens').where('expires_at', '<', knex.fn.now()).delete(),
    removeExpiredKeys: () => knex('idempotency_keys').whereRaw(isExpired('idempotency_keys')).delete(),
    removeEndedRateLimits: () => knex('rate_limits').where('expire', '<', Date.now()).delete(),
    async claimJob(job, seconds) {
      await knex('housekeeping_jobs').insert({ name: job, done_at: '-infinity' }).onConflict('name').ignore();
      const taken = await knex('housekeeping_jobs')
        .where({ name: job })
        .whereRaw("done_at <= now() - ? * interval '1 second'", [seconds])
        .update({ done_at: knex.fn.now() });
      return taken === 1;
    },
    async position(job) {
      const row = await knex('housekeeping_jobs').where({ name: job }).first('position');
      return row?.position ?? undefined;
    },
    async setPosition(job, position) {
      const row = { name: job, done_at: knex.fn.now(), position: position ?? null };
      await knex('housekeeping_jobs').insert(row).onConflict('name').merge();
    },
  };
}

function waiting(trx: Knex.Transaction, seconds: number, attempts: number): Knex.QueryBuilder {
  return claimable(trx<TaskRow>('tasks'), trx)
    .where('attempt', '<', attempts)
    .whereRaw("enqueued_at < now() - ? * interval '1 second'", [seconds])
    .orderBy('enqueued_at')
    .limit(BATCH)
    .forUpdate()
    .skipLocked()
    .select('id');
}
