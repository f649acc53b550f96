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

interface Block {
  left: number;
  /** By `Date.now()`. */
  endsAt: number;
}

/**
 * A rate limit for many requests. The points of a block that a process does not use are lost at the end of the window, which
 * is at most 1 % of the quota for each process.
 * @param policy a quota of 0 is no limit
 */
export function createRateLimit(store: RateLimitStore, policy: RateLimitPolicy, sentence: string): RateLimit {
  if (policy.quota === 0) return async () => {};
  const limiter = store.limiter(policy);
  const size = Math.max(1, Math.floor(policy.quota / BLOCK_SHARE));
  const blocks = new LRUCache<string, Block>({ max: KEYS });
  const asked = new Map<string, Promise<void>>();

  const fetchBlock = async (key: string): Promise<void> => {
    const consumed = await withinPatience(limiter.consume(key, size));
    if (!consumed.isAllowed) throw await rateLimited(policy, consumed, sentence);
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

/** The answer of the database or, if there is none in time, points for one second. */
async function withinPatience(asked: Promise<ConsumedPoints>): Promise<ConsumedPoints> {
  const waived = { isAllowed: true, remaining: 0, resetMs: PATIENCE };
  const late = new AbortController();
  const waiting = setTimeout(PATIENCE, waived, { signal: late.signal, ref: false }).catch(() => waived);
  try {
    return await Promise.race([asked.catch(() => waived), waiting]);
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
