import { AppError } from './errors.ts';

/** Runs work, which may wait for a free place first. `signal` ends the wait, not the work. */
export type InTurn = <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

export interface SemaphoreOptions {
  /** Calls that run at once. */
  concurrency: number;
  /** Calls that may wait; further calls are refused. */
  queue: number;
  /** Makes the error for a call that finds the queue full. It may delay it. */
  full: () => Promise<Error>;
}

/**
 * Limits the calls that run at once. Other calls wait in order, and a call that finds the queue full is refused. A call
 * whose signal aborts while it waits leaves the queue and fails with `interrupted`; p-limit cannot remove one call.
 */
export function createBoundedSemaphore({ concurrency, queue, full }: SemaphoreOptions): InTurn {
  const waiting = new Set<() => void>();
  let free = concurrency;

  const turn = (signal: AbortSignal | undefined): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = () => {
      waiting.delete(begin);
      reject(interrupted(signal));
    };
    const begin = () => {
      signal?.removeEventListener('abort', giveUp);
      resolve();
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    waiting.add(begin);
    return promise;
  };

  const release = () => {
    const [next] = waiting;
    if (!next) {
      free += 1;
      return;
    }
    waiting.delete(next);
    next();
  };

  return async (work, signal) => {
    if (signal?.aborted) throw interrupted(signal);
    if (free > 0) free -= 1;
    else if (waiting.size >= queue) throw await full();
    else await turn(signal);
    try {
      return await work();
    } finally {
      release();
    }
  };
}

function interrupted(signal: AbortSignal | undefined): AppError {
  return new AppError('interrupted', 'The caller ended before its turn.', { cause: signal?.reason });
}
