import { createHash } from 'node:crypto';
import type { RateLimitStore } from '../ports/rate-limits.ts';
import { addressBlock } from './address-block.ts';
import { type PolicyName, policiesOf, type RateQuotas } from './policies.ts';
import { countOne } from './rate-limits.ts';

/**
 * Limits on guesses of passwords. They count by the address of the client, so that a stranger locks nobody out elsewhere,
 * and an address from which an account has logged in is not held back by guesses at other accounts.
 */
export interface LogInLimits {
  /**
   * Runs the check of a password. The attempt counts before, so that attempts at once count as well, and is taken back if
   * the password is right or was not checked. Throws `rate_limited`, and what the check throws.
   */
  checked(account: string, address: string | undefined, check: () => Promise<boolean>): Promise<boolean>;
  /** Counts a new account. Throws `rate_limited`. */
  signUp(address: string | undefined): Promise<void>;
}

/** Seconds for which an address counts as one of the account's owner. */
const KNOWN = 90 * 24 * 3600;

/** A quota that nobody uses up. */
const MANY = 1_000_000_000;

const TOO_MANY_FAILED = 'Too many log-ins with a wrong password.';
const TOO_MANY_SIGN_UPS = 'Too many accounts were made from this address.';

export function createLogInLimits(store: RateLimitStore, quotas: RateQuotas): LogInLimits {
  const policies = policiesOf(quotas);
  const limitOf = (name: PolicyName) => {
    const policy = policies[name];
    return policy.quota === 0 ? undefined : { policy, limiter: store.limiter(policy) };
  };
  const ofAccount = limitOf('log-ins');
  const ofAddress = limitOf('log-ins-of-address');
  const signUps = limitOf('sign-ups');
  const known = store.limiter({ name: 'known-address', quota: MANY, seconds: KNOWN });

  return {
    async checked(account, address, check) {
      const block = addressBlock(address);
      const pair = keyOf(account, block);
      if (ofAccount) await countOne(ofAccount.limiter, ofAccount.policy, pair, TOO_MANY_FAILED);
      const isCounted = ofAddress !== undefined && (await known.peek(pair)) === undefined;
      if (isCounted) await countOne(ofAddress.limiter, ofAddress.policy, block, TOO_MANY_FAILED);
      const takeBack = async () => {
        await ofAccount?.limiter.giveBack(pair, 1);
        if (isCounted) await ofAddress.limiter.giveBack(block, 1);
      };
      const matches = await check().catch(async (error) => {
        await takeBack();
        throw error;
      });
      if (!matches) return false;
      await takeBack();
      if (ofAddress) await known.consume(pair, 1);
      return true;
    },
    async signUp(address) {
      if (signUps) await countOne(signUps.limiter, signUps.policy, addressBlock(address), TOO_MANY_SIGN_UPS);
    },
  };
}

/** The table of counters shows no email. */
function keyOf(account: string, block: string): string {
  return createHash('sha256').update(`${account.toLowerCase()}\n${block}`).digest('base64url');
}
