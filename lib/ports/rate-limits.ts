/** A quota of points for each key in a window of time. */
export interface RateLimitPolicy {
  /** Its name for callers, as in the field RateLimit-Policy. */
  name: string;
  quota: number;
  /** Length of the window. */
  seconds: number;
}

export interface ConsumedPoints {
  /** Whether the quota was enough. */
  isAllowed: boolean;
  /** Points that are left in the window. */
  remaining: number;
  /** Milliseconds until the window ends. */
  resetMs: number;
}

/** Counters of one policy, which all processes share. A key is of at most 200 characters. */
export interface RateLimiter {
  /** Counts points, also if the quota is not enough. */
  consume(key: string, points: number): Promise<ConsumedPoints>;
  /** Takes points back. */
  giveBack(key: string, points: number): Promise<void>;
  /** The present state; undefined for a key without a window. */
  peek(key: string): Promise<ConsumedPoints | undefined>;
}

export interface RateLimitStore {
  limiter(policy: RateLimitPolicy): RateLimiter;
}
