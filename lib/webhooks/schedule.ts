const [MINUTE, HOUR] = [60, 3600];

/** Seconds between the end of a try and the next one: ten tries in 75 hours (Standard Webhooks, "Deliverability"). */
export const SCHEDULE: readonly number[] = [
  5,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

/** Part of a pause by which it may be longer, so that the tries after an outage do not come at one moment. */
const JITTER = 0.2;

/** Statuses by which a receiver, or a proxy before it, says that it has too much to do. */
const OVERLOADED: ReadonlySet<number> = new Set([429, 502, 504]);

/** Seconds for which an overloaded receiver gets nothing at least. */
const SLOWER = 60;

/** The longest Retry-After that is honoured: a day. */
const MOST_SECONDS = 24 * HOUR;

/** A try that failed. */
export interface FailedTry {
  /** Number of tries with this one. */
  tries: number;
  /** Undefined without an answer. */
  status: number | undefined;
  /** Seconds that the receiver asks for; undefined if it does not. */
  retryAfter: number | undefined;
}

/**
 * Seconds until the next try; undefined after the last one.
 * @param random a number from 0 to 1
 */
export function pauseAfter(
  { tries, status, retryAfter = 0 }: FailedTry,
  random: number,
  schedule: readonly number[] = SCHEDULE,
): number | undefined {
  const planned = schedule[tries - 1];
  if (planned === undefined) return undefined;
  const isOverloaded = status !== undefined && OVERLOADED.has(status);
  const least = isOverloaded ? Math.max(2 * planned, SLOWER) : planned;
  return Math.max(least * (1 + JITTER * random), Math.min(retryAfter, MOST_SECONDS));
}

/** Seconds of a Retry-After header (RFC 9110, 10.2.3): a number, or a date; undefined if it is neither. */
export function retryAfterSeconds(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now.getTime()) / 1000);
}
