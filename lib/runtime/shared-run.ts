import { setImmediate } from 'node:timers/promises';
import { AppError } from './errors.ts';

/** Runs `work` once at a time: callers share the outcome of the run that is in progress. */
export function sharedRun<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}

/**
 * Runs the work of one of all callers of one moment that name the same key. It begins after all of them have asked, so that no
 * outcome is older than its call.
 */
export function sharedByKey<T>(): (key: string, work: () => Promise<T>) => Promise<T> {
  const waiting = new Map<string, Promise<T>>();
  const run = async (key: string, work: () => Promise<T>) => {
    await setImmediate();
    waiting.delete(key);
    return work();
  };
  return (key, work) => {
    const outcome = waiting.get(key) ?? run(key, work);
    waiting.set(key, outcome);
    return outcome;
  };
}

/**
 * Runs `work` once at a time: callers that come during a run share the next one, which sees all that they did before.
 */
export function nextRun<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> = Promise.resolve();
  let waiting: Promise<T> | undefined;
  const start = () => {
    waiting = undefined;
    const run = work();
    running = run.catch(() => undefined);
    return run;
  };
  return () => {
    waiting ??= running.then(start);
    return waiting;
  };
}

/** Waits for `work` for at most so many milliseconds, and does not stop it. Throws `unavailable` after that time. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new AppError('unavailable', 'No answer in time.')),
    milliseconds,
  );
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
