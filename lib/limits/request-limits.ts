import type { RateLimitStore } from '../ports/rate-limits.ts';
import { addressBlock } from './address-block.ts';
import { policiesOf, type RateQuotas } from './policies.ts';
import { createRateLimit } from './rate-limits.ts';
import type { UserLimits } from './user-limits.ts';

/** Limits on requests to the API. All methods throw `rate_limited`. */
export interface RequestLimits {
  ofUser(userId: number): Promise<void>;
  ofAddress(address: string | undefined): Promise<void>;
}

/** @param limits of each user; those of the addresses are the same for all */
export function createRequestLimits(
  store: RateLimitStore,
  quotas: RateQuotas,
  limits: Pick<UserLimits, 'of'>,
): RequestLimits {
  const { user, address } = policiesOf(quotas);
  const ofUser = createRateLimit(
    store,
    user,
    'Too many requests of this user.',
    async (id) => (await limits.of(Number(id))).requests,
  );
  const ofAddress = createRateLimit(store, address, 'Too many requests from this address.');
  return {
    ofUser: (userId) => ofUser(String(userId)),
    ofAddress: (client) => ofAddress(addressBlock(client)),
  };
}
