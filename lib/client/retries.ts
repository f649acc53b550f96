/** Limits of retries. A request that can be repeated is repeated after a lost connection and after a passing error. */
export interface Retries {
  /** Requests until one is given up, the first one included. */
  attempts: number;
  /** Milliseconds before the second attempt; each further one waits twice as long. */
  firstDelay: number;
  /** Most milliseconds between two attempts. */
  mostDelay: number;
  /** Milliseconds after which a request without an answer counts as lost. */
  timeout: number;
}

/** Some 40 seconds in all: a service that restarts is back before. */
export const RETRIES: Retries = { attempts: 9, firstDelay: 250, mostDelay: 10_000, timeout: 90_000 };

/** Statuses of errors that may pass: of this service, of proxies, and of object storage. */
const PASSING: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** Most milliseconds of a Retry-After that a request waits for. */
const MOST_RETRY_AFTER = 60_000;

/** Milliseconds until a request should be repeated after this answer; undefined: never. */
export function delayAfter(response: Response, attempt: number, retries: Retries): number | undefined {
  const asked = retryAfter(response);
  if (!mayPass(response, asked) || attempt >= retries.attempts) return undefined;
  if (asked !== undefined && asked > MOST_RETRY_AFTER) return undefined;
  return Math.max(asked ?? 0, backOff(attempt, retries));
}

/** An error 500 of the service itself does not pass; one of a proxy or of object storage may. */
function mayPass({ status, headers }: Response, asked: number | undefined): boolean {
  if (status === 409) return asked !== undefined;
  const isOwn = headers.get('Content-Type')?.startsWith('application/problem+json') ?? false;
  return PASSING.has(status) && !(status === 500 && isOwn);
}

/** Milliseconds before the attempt after this one: half of it fixed and half random, so that clients spread. */
export function backOff(attempt: number, { firstDelay, mostDelay }: Retries): number {
  const longest = Math.min(mostDelay, firstDelay * 2 ** (attempt - 1));
  return longest / 2 + (Math.random() * longest) / 2;
}

/** Milliseconds by the header Retry-After: seconds, or a date (RFC 9110, 10.2.3). */
function retryAfter({ headers }: Response): number | undefined {
  const text = headers.get('Retry-After');
  if (text === null) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** Waits, and throws the reason of the signal if it aborts. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
