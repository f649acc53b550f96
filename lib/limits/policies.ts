import type { RateLimitPolicy } from '../ports/rate-limits.ts';

/** Quotas of one user or one address in a time; 0 is no limit. */
export interface RateQuotas {
  /** Requests in a minute. */
  requestsOfUser: number;
  requestsOfAddress: number;
  /** Wrong passwords for one account from one address in 15 minutes. */
  failedLogIns: number;
  /** Wrong passwords from one address in 15 minutes, for all accounts. */
  failedLogInsOfAddress: number;
  /** Accounts from one address in an hour. */
  signUps: number;
}

export type PolicyName = 'user' | 'address' | 'log-ins' | 'log-ins-of-address' | 'sign-ups';

const MINUTE = 60;
const HOUR = 3600;

/** Every policy, in the order in which callers see them. */
export function policiesOf(quotas: RateQuotas): Record<PolicyName, RateLimitPolicy> {
  return {
    user: { name: 'user', quota: quotas.requestsOfUser, seconds: MINUTE },
    address: { name: 'address', quota: quotas.requestsOfAddress, seconds: MINUTE },
    'log-ins': { name: 'log-ins', quota: quotas.failedLogIns, seconds: 15 * MINUTE },
    'log-ins-of-address': {
      name: 'log-ins-of-address',
      quota: quotas.failedLogInsOfAddress,
      seconds: 15 * MINUTE,
    },
    'sign-ups': { name: 'sign-ups', quota: quotas.signUps, seconds: HOUR },
  };
}
