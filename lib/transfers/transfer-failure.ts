import type { OutboundAnswer } from '../outbound/outbound.ts';
import { OutboundError } from '../outbound/outbound-error.ts';
import type { TaskFailure } from '../ports/tasks.ts';
import { AppError, isFailure } from '../runtime/errors.ts';

/** Statuses after which the same request may succeed (RFC 9110, RFC 6585, RFC 8470); 5xx are others. */
const TRANSIENT: ReadonlySet<number> = new Set([408, 425, 429]);

/** Longest wait that a server can ask for, in seconds. */
const MOST_RETRY_AFTER = 3600;

/** An answer of another server that is no success. Its body may hold secrets of that server, and is told to nobody. */
export class StatusError extends AppError {
  readonly status: number;
  /** Whether the same request may succeed later. */
  readonly transient: boolean;

  constructor({ status, headers }: Pick<OutboundAnswer, 'status' | 'headers'>, sentence: string) {
    const seconds = secondsOf(headers['retry-after']);
    super('url_unreachable', sentence, seconds === undefined ? {} : { retryAfter: seconds });
    this.name = 'StatusError';
    this.status = status;
    this.transient = TRANSIENT.has(status) || (status >= 500 && status !== 501 && status !== 505);
  }
}

/** Reason why a try failed. */
export interface TryFailure extends TaskFailure {
  /** Whether another try may succeed. */
  transient: boolean;
  /** HTTP status of the answer; null if there was none. */
  status: number | null;
  /** Seconds that the server asked to wait; undefined if it did not. */
  retryAfter: number | undefined;
}

/** Decides whether an error of a try is permanent. Those of storage and database are not, and are told without details. */
export function tryFailure(error: unknown): TryFailure {
  if (error instanceof StatusError) {
    const { status, transient, retryAfter, message } = error;
    return { code: 'url_unreachable', message, transient, status, retryAfter };
  }
  const none = { status: null, retryAfter: undefined };
  if (error instanceof OutboundError && isFailure(error)) {
    // A server that used up the whole time once would do so again.
    const transient = error.transient && error.reason !== 'total_timeout';
    return { code: error.code, message: error.message, transient, ...none };
  }
  if (isFailure(error)) return { code: error.code, message: error.message, transient: false, ...none };
  return {
    code: 'url_unreachable',
    message: 'The service could not store or read the file.',
    transient: true,
    ...none,
  };
}

/** Seconds of the header Retry-After (RFC 9110, 10.2.3): a number, or a date. */
function secondsOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = /^\d{1,9}$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return seconds > 0 ? Math.min(seconds, MOST_RETRY_AFTER) : undefined;
}
