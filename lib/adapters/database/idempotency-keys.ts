import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import {
  type ClaimedKey,
  type IdempotencyStore,
  KEPT_HOURS,
  type KeyClaim,
  type KeyedRequest,
  keyInUse,
} from '../../ports/idempotency.ts';

interface KeyRow {
  user_id: number;
  key_hash: string;
  route: string;
  fingerprint: string | null;
  request_id: string;
  claim: string | null;
  claimed_until: Date;
  resumed: boolean;
  answer: Buffer | null;
  created_at: Date;
}

/** Tries of a claim, between which the row of another attempt may vanish. */
const TRIES = 3;

/** Condition on rows of `table` that are older than a key is kept, and that no attempt holds. */
export function isExpired(table: string): string {
  return `(${table}.created_at < now() - interval '${KEPT_HOURS} hours' and ${table}.claimed_until < now())`;
}

/**
 * Inserts a row, or takes one that no attempt holds: an expired row begins anew, and an unanswered one keeps its request id
 * and its fingerprint.
 */
const CLAIM = `insert into idempotency_keys as kept (user_id, key_hash, route, fingerprint, request_id, claim, claimed_until)
  values (:userId, :keyHash, :route, :fingerprint, :claim, :claim, now() + :seconds * interval '1 second')
  on conflict (user_id, key_hash) do update set
    route = excluded.route,
    fingerprint = case when ${isExpired('kept')} then excluded.fingerprint
      else coalesce(kept.fingerprint, excluded.fingerprint) end,
    request_id = case when ${isExpired('kept')} then excluded.request_id else kept.request_id end,
    resumed = not ${isExpired('kept')},
    created_at = case when ${isExpired('kept')} then now() else kept.created_at end,
    claim = excluded.claim, claimed_until = excluded.claimed_until, answer = null
  where ${isExpired('kept')} or (kept.answer is null and kept.claimed_until < now() and kept.route = excluded.route
    and coalesce(kept.fingerprint = excluded.fingerprint, true))
  returning request_id, resumed`;

export function createIdempotencyStore(knex: Knex): IdempotencyStore {
  const keys = () => knex<KeyRow>('idempotency_keys');
  const claimed = ({ userId, keyHash, claim }: KeyClaim) =>
    keys().where({ user_id: userId, key_hash: keyHash, claim });

  const claimOnce = async (request: KeyedRequest, seconds: number): Promise<ClaimedKey | undefined> => {
    const { userId, keyHash, route, fingerprint } = request;
    const claim = randomUUID();
    const values = { userId, keyHash, route, claim, seconds, fingerprint: fingerprint ?? null };
    const { rows } = await knex.raw<{ rows: Pick<KeyRow, 'request_id' | 'resumed'>[] }>(CLAIM, values);
    const [taken] = rows;
    if (taken) {
      const creation = { id: taken.request_id, isResumed: taken.resumed };
      return { state: 'claimed', claim: { userId, keyHash, claim }, creation };
    }
    const row = await keys().where({ user_id: userId, key_hash: keyHash }).first();
    return row && stateOf(row, request);
  };

  return {
    async claim(request, seconds) {
      for (let left = TRIES; left > 0; left--) {
        const found = await claimOnce(request, seconds);
        if (found) return found;
      }
      throw keyInUse();
    },
    async renew(claim, seconds) {
      const until = knex.raw("now() + ? * interval '1 second'", [seconds]);
      return (await claimed(claim).update({ claimed_until: until })) === 1;
    },
    async bind(claim, fingerprint) {
      const bound = knex.raw('coalesce(fingerprint, ?)', [fingerprint]);
      const [row] = await claimed(claim).update({ fingerprint: bound }, 'fingerprint');
      if (!row) return 'lost';
      return row.fingerprint === fingerprint ? 'bound' : 'reused';
    },
    async finish(claim, answer) {
      await claimed(claim).update({ answer, claim: null, claimed_until: knex.fn.now() });
    },
    async release(claim, nothingMade) {
      if (nothingMade && (await claimed(claim).where({ resumed: false }).delete()) === 1) return;
      await claimed(claim).update({ claim: null, claimed_until: knex.fn.now() });
    },
  };
}

function stateOf(row: KeyRow, { route, fingerprint }: KeyedRequest): ClaimedKey {
  const isOther = row.fingerprint !== null && fingerprint !== undefined && row.fingerprint !== fingerprint;
  if (row.route !== route || isOther) return { state: 'reused' };
  if (row.answer === null || row.fingerprint === null) return { state: 'running' };
  return { state: 'finished', fingerprint: row.fingerprint, answer: row.answer };
}
