import { setTimeout } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { ConsumedPoints, RateLimiter, RateLimitPolicy, RateLimitStore } from '../ports/rate-limits.ts';
import { AppError } from '../runtime/errors.ts';

/** Throws `rate_limited` once a key has used up its quota. */
export type RateLimit = (key: string) => Promise<void>;

/** A process takes points in blocks of this share of the quota, and so asks the database for one request of many. */
const BLOCK_SHARE = 100;

/** Keys whose points one process keeps. */
const KEYS = 10_000;

/** Different quotas whose limiters one process keeps. */
const QUOTAS = 100;

/** Points of a block without a limit. */
const UNLIMITED = 1_000_000;

interface Block {
  left: number;
  /** By `Date.now()`. */
  endsAt: number;
}

/**
 * A rate limit for many requests. The points of a block that a process does not use are lost at the end of the window, which
 * is at most 1 % of the quota for each process.
 * @param quotaOf quota of a key, where keys differ; it is asked once a block. A quota of 0 is no limit
 */
export function createRateLimit(
  store: RateLimitStore,
  policy: RateLimitPolicy,
  sentence: string,
  quotaOf?: (key: string) => Promise<number>,
): RateLimit {
  if (policy.quota === 0 && !quotaOf) return async () => {};
  const limiters = new LRUCache<number, RateLimiter>({ max: QUOTAS });
  const limiterOf = (quota: number): RateLimiter => {
    const known = limiters.get(quota) ?? store.limiter({ ...policy, quota });
    limiters.set(quota, known);
    return known;
  };
  const blocks = new LRUCache<string, Block>({ max: KEYS });
  const asked = new Map<string, Promise<void>>();

  const consume = async (key: string) => {
    const quota = quotaOf ? await quotaOf(key) : policy.quota;
    const size = quota === 0 ? UNLIMITED : Math.max(1, Math.floor(quota / BLOCK_SHARE));
    const consumed = quota === 0 ? waived(size) : await limiterOf(quota).consume(key, size);
    return { quota, size, ...consumed };
  };
  const fetchBlock = async (key: string): Promise<void> => {
    const { quota, size, ...consumed } = await withinPatience(consume(key));
    if (!consumed.isAllowed) throw await rateLimited({ ...policy, quota }, consumed, sentence);
    blocks.set(key, { left: size, endsAt: Date.now() + consumed.resetMs });
  };
  const takeOne = (key: string): boolean => {
    const block = blocks.get(key);
    if (!block || block.left === 0 || block.endsAt <= Date.now()) return false;
    block.left -= 1;
    return true;
  };
  return async (key) => {
    while (!takeOne(key)) {
      const block = asked.get(key) ?? fetchBlock(key).finally(() => asked.delete(key));
      asked.set(key, block);
      await block;
    }
  };
}

/** Milliseconds by which a refusal is delayed. */
const HELD_BACK = 1000;

/** Milliseconds to wait for the database, without which some routes can still answer. */
const PATIENCE = 1000;

/** A block of points. */
interface FetchedBlock extends ConsumedPoints {
  quota: number;
  size: number;
}

/** Points that the database did not count: until it answers again, or until the limits are read again. */
function waived(size: number): ConsumedPoints {
  return { isAllowed: true, remaining: size, resetMs: PATIENCE };
}

/** The answer of the database or, if there is none in time, points for one second. */
async function withinPatience(asked: Promise<FetchedBlock>): Promise<FetchedBlock> {
  const free = { quota: 0, size: UNLIMITED, ...waived(UNLIMITED) };
  const late = new AbortController();
  const waiting = setTimeout(PATIENCE, free, { signal: late.signal, ref: false }).catch(() => free);
  try {
    return await Promise.race([asked.catch(() => free), waiting]);
  } finally {
    late.abort();
  }
}

/** Counts one event for a key. Throws `rate_limited` if the quota is used up. */
export async function countOne(
  limiter: RateLimiter,
  policy: RateLimitPolicy,
  key: string,
  sentence: string,
): Promise<void> {
  const consumed = await limiter.consume(key, 1);
  if (!consumed.isAllowed) throw await rateLimited(policy, consumed, sentence);
}

/**
 * The error after a delay, since a client that asks again at once would cost as much as one that is served.
 * @param sentence names the limit; the time until it ends is added
 */
async function rateLimited(
  policy: RateLimitPolicy,
  { resetMs }: ConsumedPoints,
  sentence: string,
): Promise<AppError> {
  await setTimeout(HELD_BACK);
  const seconds = Math.max(1, Math.ceil((resetMs - HELD_BACK) / 1000));
  return new AppError('rate_limited', `${sentence} Try again in ${seconds} s.`, {
    retryAfter: seconds,
    limit: { policy: policy.name, quota: policy.quota, seconds: policy.seconds, remaining: 0 },
  });
}
