import type { Credentials } from './credentials.ts';
import { TonemillError } from './errors.ts';
import { attemptOf } from './repeatable-request.ts';
import { backOff, delayAfter, pause, type Retries } from './retries.ts';

/**
 * The signal comes beside the request, too: Node.js 24 forgets the signal of a Request at a garbage collection, and its answer
 * could not be ended any more.
 */
export type Fetch = (request: Request, init: { signal: AbortSignal }) => Promise<Response>;

/**
 * Sends requests of the caller: with the token, and again where that may help.
 * @param signal of the caller, for an answer that is read as a stream; default: that of the request
 */
export type Transport = (request: Request, signal?: AbortSignal) => Promise<Response>;

export interface TransportOptions {
  fetch: Fetch;
  credentials: Pick<Credentials, 'token' | 'renew'>;
  retries: Retries;
}

/** Routes that a token does not open, or that renew it. */
const WITHOUT_TOKEN = /\/api\/auth\/(login|guest|refresh|logout|restore)$/;

/** Route that must not be repeated: after a lost answer the user exists, and a further request would find the name taken. */
const ONCE = /\/api\/auth\/signup$/;

/** A restore reads a whole installation before it answers: milliseconds. A repeated one would find the users of the first. */
const RESTORE = { path: /\/api\/auth\/restore$/, timeout: 24 * 3_600_000 };

/**
 * Each POST has an Idempotency-Key, so that a repeated one creates nothing twice. Throws a TonemillError `network` if no
 * answer comes, and the reason of the request's signal.
 */
export function createTransport({ fetch, credentials, retries }: TransportOptions): Transport {
  const send = withRetries(fetch, retries);
  const sendOnce = withRetries(fetch, { ...retries, attempts: 1 });
  const sendRestore = withRetries(fetch, { ...retries, attempts: 1, timeout: RESTORE.timeout });
  return async (request, signal = request.signal) => {
    if (request.method === 'POST' && !request.headers.has('Idempotency-Key'))
      request.headers.set('Idempotency-Key', randomKey());
    const { pathname } = new URL(request.url);
    if (RESTORE.path.test(pathname) && request.method === 'POST') return sendRestore(request, signal);
    if (ONCE.test(pathname)) return sendOnce(request, signal);
    if (WITHOUT_TOKEN.test(pathname)) return send(request, signal);
    const used = credentials.token();
    authorise(request, used);
    const response = await send(request, signal);
    if (response.status !== 401 || !(await credentials.renew(used))) return response;
    await response.body?.cancel();
    authorise(request, credentials.token());
    return send(request, signal);
  };
}

/** Repeats requests that are lost or get a passing error. */
export function withRetries(fetch: Fetch, retries: Retries): Transport {
  return async (request, signal = request.signal) => {
    for (let count = 1; ; count += 1) {
      const last = count >= retries.attempts;
      const attempt = { fetch, timeout: retries.timeout, signal };
      const answer = await attempted(attempt, (own) => attemptOf(request, own));
      if (answer instanceof TonemillError && last) throw answer;
      const delay =
        answer instanceof TonemillError ? backOff(count, retries) : delayAfter(answer, count, retries);
      if (answer instanceof Response) {
        if (delay === undefined) return answer;
        await answer.body?.cancel();
      }
      await pause(delay ?? 0, signal);
    }
  };
}

/** One attempt of a request. */
export interface Attempt {
  fetch: Fetch;
  /** Milliseconds until an answer must have begun. */
  timeout: number;
  signal: AbortSignal | undefined;
}

/** The answer, or the error of a connection that was lost. Throws the reason of the caller's signal. */
export async function attempted(
  { fetch, timeout, signal }: Attempt,
  make: (signal: AbortSignal) => Request,
): Promise<Response | TonemillError> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new DOMException('No answer in time.', 'TimeoutError')), timeout);
  const either = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
  const request = make(either);
  try {
    return await complete(await fetch(request, { signal: either }));
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    return new TonemillError('network', `No answer came from ${new URL(request.url).host}.`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

/** Reads JSON to its end, so that a connection that breaks in its middle counts as no answer. */
async function complete(response: Response): Promise<Response> {
  const type = response.headers.get('Content-Type') ?? '';
  if (!/^application\/(problem\+)?json/.test(type) || response.body === null) return response;
  const { status, statusText, headers } = response;
  return new Response(await response.arrayBuffer(), { status, statusText, headers });
}

function authorise({ headers }: Request, token: string | undefined): void {
  if (token !== undefined) headers.set('Authorization', `Bearer ${token}`);
}

/** `crypto.randomUUID` is missing on pages without TLS. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
