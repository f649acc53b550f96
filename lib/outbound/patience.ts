import { OutboundError, type OutboundReason, outboundErrorOf } from './outbound-error.ts';

/** Limits on time, in milliseconds. */
export interface Timeouts {
  /** Name server, connection and TLS together. */
  connectMs: number;
  /** Time without a byte in either direction, and the window of `idleBytes`. */
  idleMs: number;
  /** Bytes of the answer's body that must come within `idleMs` of waiting. */
  idleBytes: number;
  /** The whole exchange, with all redirects and the body of the answer. */
  totalMs: number;
}

const TIMEOUTS: Timeouts = { connectMs: 15_000, idleMs: 30_000, idleBytes: 1, totalMs: 60_000 };

const SENTENCES: Partial<Record<OutboundReason, (timeouts: Timeouts) => string>> = {
  connect_timeout: ({ connectMs }) => `The server did not accept a connection within ${connectMs / 1000} s.`,
  idle_timeout: ({ idleMs }) => `The server sent too little for ${idleMs / 1000} s.`,
  total_timeout: ({ totalMs }) => `The exchange with the server took longer than ${totalMs / 1000} s.`,
};

/** The time that one exchange may take. */
export interface Patience {
  readonly timeouts: Timeouts;
  /** Aborts when a limit is reached, and with the caller's signal. */
  readonly signal: AbortSignal;
  /** Starts the limit of a connection, which the answered function ends. */
  connecting(): () => void;
  abort(reason: 'connect_timeout' | 'idle_timeout' | 'total_timeout'): void;
  /** Rejects when the signal aborts before the promise settles. */
  race<T>(promise: Promise<T>): Promise<T>;
  /** The error to throw for one that was caught: the reason of the signal, if it was aborted. */
  reasonOf(error: unknown): unknown;
  /** Stops the limits; the exchange is over. */
  end(): void;
}

export function createPatience(changed: Partial<Timeouts>, outer: AbortSignal | undefined): Patience {
  const timeouts = { ...TIMEOUTS, ...changed };
  const control = new AbortController();
  const signal = outer === undefined ? control.signal : AbortSignal.any([control.signal, outer]);
  const abort: Patience['abort'] = (reason) =>
    control.abort(new OutboundError(reason, SENTENCES[reason]?.(timeouts) ?? ''));
  const total = setTimeout(() => abort('total_timeout'), timeouts.totalMs);
  let connect: NodeJS.Timeout | undefined;
  return {
    timeouts,
    signal,
    abort,
    connecting() {
      connect = setTimeout(() => abort('connect_timeout'), timeouts.connectMs);
      return () => clearTimeout(connect);
    },
    race: (promise) => raced(promise, signal),
    reasonOf: (error) => (signal.aborted ? signal.reason : outboundErrorOf(error)),
    end() {
      clearTimeout(total);
      clearTimeout(connect);
    },
  };
}

async function raced<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
