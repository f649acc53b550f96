import type { Knex } from 'knex';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { ConsumedPoints, RateLimitPolicy, RateLimitStore } from '../../ports/rate-limits.ts';

const TABLE = 'rate_limits';

/** Counters in rows. A key that used up its quota is refused from memory until its window ends. */
export function createRateLimitStore(knex: Knex): RateLimitStore {
  return {
    limiter(policy) {
      const { name, quota, seconds } = policy;
      const limiter = new RateLimiterPostgres({
        storeClient: knex,
        storeType: 'knex',
        tableName: TABLE,
        tableCreated: true,
        clearExpiredByTimeout: false,
        keyPrefix: name,
        points: quota,
        duration: seconds,
        inMemoryBlockOnConsumed: quota + 1,
      });
      return {
        async consume(key, points) {
          try {
            return consumed(policy, await limiter.consume(key, points));
          } catch (refused) {
            if (!(refused instanceof RateLimiterRes)) throw refused;
            return { isAllowed: false, remaining: 0, resetMs: refused.msBeforeNext };
          }
        },
        async giveBack(key, points) {
          await limiter.reward(key, points);
        },
        async peek(key) {
          const state = await limiter.get(key);
          return state ? consumed(policy, state) : undefined;
        },
      };
    },
  };
}

function consumed({ quota }: RateLimitPolicy, state: RateLimiterRes): ConsumedPoints {
  const { consumedPoints, remainingPoints, msBeforeNext } = state;
  return { isAllowed: consumedPoints <= quota, remaining: remainingPoints, resetMs: msBeforeNext };
}
