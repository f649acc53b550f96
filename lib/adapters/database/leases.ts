import type { Knex } from 'knex';
import type { ClaimRefusal, Lease, LeaseOptions, LeaseStore } from '../../ports/leases.ts';
import type { RetentionRules } from '../../ports/retention.ts';
import type { TaskState } from '../../ports/tasks.ts';
import type { Log } from '../../runtime/log.ts';
import { changeAndEnqueue, enqueueNext, type MessageSender } from './change-and-enqueue.ts';
import { expiryOf } from './retention.ts';
import { type TaskRow, toTask } from './rows.ts';
import { HELD_FOR_ALBUM } from './turn-functions.ts';

export function createLeaseStore(
  knex: Knex,
  sender: MessageSender,
  log: Log,
  options: LeaseOptions,
  retention: RetentionRules = { days: 0, maxDays: 0 },
): LeaseStore {
  const tasks = (db: Knex = knex) => db<TaskRow>('tasks');
  const leaseUntil = knex.raw("now() + ? * interval '1 second'", [options.seconds]);
  const held = ({ taskId, revision, attempt }: Lease) =>
    tasks().where({ id: taskId, revision, attempt, state: 'PROCESSING' });
  const settle = async (lease: Lease, change: object) => {
    const ended = {
      ...change,
      worker: null,
      lease_until: null,
      finished_at: knex.fn.now(),
      expires_at: knex.raw(expiryOf(retention, 'now()')),
      expiry_told_at: null,
    };
    const settled = (await held(lease).update(ended)) === 1;
    if (settled) await enqueueNext(knex, sender, log);
    return settled;
  };

  return {
    async claim({ taskId, revision }, worker) {
      const [row] = await claimable(tasks(), knex)
        .where({ id: taskId, revision })
        .whereRaw(`not (${HELD_FOR_ALBUM})`)
        .where('attempt', '<', options.attempts)
        .update(
          {
            state: 'PROCESSING',
            attempt: knex.raw('attempt + 1'),
            worker,
            lease_until: leaseUntil,
            progress: 0,
            started_at: knex.fn.now(),
            enqueued_at: knex.raw('coalesce(enqueued_at, now())'),
          },
          '*',
        );
      if (row) {
        const lease = { taskId, revision, attempt: row.attempt };
        return { lease, task: toTask(row), waited: waitedSeconds(row), fault: row.fault };
      }
      return { refused: await whyNot(taskId, revision) };
    },
    async heartbeat(lease, progress) {
      return (await held(lease).update({ lease_until: leaseUntil, progress })) === 1;
    },
    finish: (lease, media, result) => settle(lease, { state: 'PROCESSED', progress: 1, media, result }),
    fail: (lease, error, media) => settle(lease, { state: 'FAILED', error, media }),
    async release(lease) {
      const rows = await changeAndEnqueue(knex, sender, log, (trx, enqueuedAt) =>
        held(lease)
          .transacting(trx)
          .update({ ...HANDED_BACK, attempt: trx.raw('attempt - 1'), enqueued_at: enqueuedAt }, '*'),
      );
      return rows.length === 1;
    },
    async postpone(lease, seconds, fault) {
      const until = knex.raw("now() + ? * interval '1 second'", [seconds]);
      const change = { worker: null, lease_until: until, progress: 0, fault: fault ?? null };
      const postponed = (await held(lease).update(change)) === 1;
      if (postponed) await enqueueNext(knex, sender, log);
      return postponed;
    },
    async releaseAll(worker) {
      const rows = await changeAndEnqueue(knex, sender, log, (trx, enqueuedAt) =>
        tasks(trx)
          .where({ state: 'PROCESSING', worker })
          .where('attempt', '<', options.attempts)
          .update({ ...HANDED_BACK, enqueued_at: enqueuedAt }, '*'),
      );
      return rows.length;
    },
  };

  async function whyNot(id: number, revision: number): Promise<ClaimRefusal> {
    const row = await tasks().where({ id }).first();
    if (!row) return 'gone';
    if (row.revision !== revision) return 'stale';
    const settled = REFUSALS[row.state];
    if (settled) return settled;
    if (row.state === 'UPLOADED' && row.album) return 'held';
    const usedUp = await giveUp(knex, options.attempts, id);
    return usedUp > 0 ? 'gave_up' : 'leased';
  }
}

/** Both times are of the database's clock. */
function waitedSeconds({ waiting_since: since, started_at: started }: TaskRow): number | null {
  return since && started && (started.getTime() - since.getTime()) / 1000;
}

/** Tasks that are UPLOADED, or PROCESSING under an expired lease. */
export function claimable(query: Knex.QueryBuilder<TaskRow>, knex: Knex): Knex.QueryBuilder<TaskRow> {
  return query.where((or) =>
    or
      .where({ state: 'UPLOADED' })
      .orWhere((dead) => dead.where({ state: 'PROCESSING' }).where('lease_until', '<', knex.fn.now())),
  );
}

/** Fails claimable tasks whose attempts are used up: all of them, or one. */
export function giveUp(knex: Knex, attempts: number, id?: number): Promise<number> {
  const query = claimable(knex<TaskRow>('tasks'), knex).where('attempt', '>=', attempts);
  return (id === undefined ? query : query.where({ id })).update({
    state: 'FAILED',
    error: {
      code: 'gave_up',
      message: `The conversion was started ${attempts} times and never finished. Try another file or format.`,
    },
    worker: null,
    lease_until: null,
    finished_at: knex.fn.now(),
  });
}

const HANDED_BACK = {
  state: 'UPLOADED',
  worker: null,
  lease_until: null,
  progress: 0,
  started_at: null,
} as const;

const REFUSALS: Partial<Record<TaskState, ClaimRefusal>> = {
  PROCESSED: 'finished',
  FAILED: 'failed',
  EXPIRED: 'failed',
  AWAITING_UPLOAD: 'not_uploaded',
};
