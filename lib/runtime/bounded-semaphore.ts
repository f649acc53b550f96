import { AppError } from './errors.ts';

/** Work that may wait for its turn. `signal` ends the waiting, not the work. */
export type InTurn = <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

export interface SemaphoreOptions {
  /** Pieces of work at once. */
  concurrency: number;
  /** Pieces of work that may wait; more are refused. */
  queue: number;
  /** Error for work that finds the queue full; may take its time. */
  full: () => Promise<Error>;
}

/**
 * Runs so much work at once, the rest in the order in which it came; refuses what finds the queue full. Work whose signal
 * aborts while it waits gives up its place, and fails with `interrupted`.
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
  return new AppError('interrupted', 'The caller was gone before its turn came.', { cause: signal?.reason });
}
