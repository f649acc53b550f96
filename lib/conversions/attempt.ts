import { type EffectiveOptions, effectiveOptions } from '../audio/formats/effective-options.ts';
import { findFormat } from '../audio/formats/formats.ts';
import { parseOptions } from '../audio/formats/options.ts';
import type { MediaInfo } from '../audio/media/media-info.ts';
import type { Claimed, Lease, LeaseStore } from '../ports/leases.ts';
import type { Task } from '../ports/tasks.ts';
import { AppError } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { type NamedResult, namedResults } from '../tasks/result-names.ts';

/** Milliseconds between heartbeats; a task that was removed or changed stops within about that time. */
const HEARTBEAT = 1000;

/** Milliseconds from an abort until an attempt counts as ended; ffmpeg takes 2 s at most. */
const PATIENCE = 5000;

/** One result of an attempt, with the options that it is made by. */
export interface AttemptOutput extends Pick<NamedResult, 'key' | 'name' | 'format'> {
  options: EffectiveOptions;
}

/** One attempt while it runs. */
export interface Attempt {
  lease: Lease;
  task: Task;
  /** Seconds for which the task waited; null if that is unknown. */
  waited: number | null;
  /** Fault of the attempt before; null if there is none. */
  lastFault: string | null;
  /** One for each result, in their order. */
  outputs: readonly AttemptOutput[];
  abort: AbortController;
  progress: number;
  media: MediaInfo | null;
  /** Time of the last proof that the attempt holds its lease, in milliseconds of `performance.now()`. */
  heldAt: number;
  /** Whether the deadline passed before the attempt ended. */
  late: boolean;
}

/** Dependencies of the heartbeat and the deadline of an attempt. */
export interface AttemptDependencies {
  leases: LeaseStore;
  /** Seconds after which an attempt stops by itself; undefined: never. */
  deadline: number | undefined;
  log: Log;
}

/**
 * Makes an attempt from a successful claim, and starts nothing.
 * @param heldAt time before the claim
 */
export function beginAttempt({ lease, task, fault, waited }: Claimed, heldAt: number): Attempt {
  return {
    lease,
    task,
    waited,
    lastFault: fault,
    outputs: namedResults(task).map(attemptOutput),
    abort: new AbortController(),
    progress: 0,
    media: null,
    heldAt,
    late: false,
  };
}

function attemptOutput({ format: name, options, ...named }: NamedResult): AttemptOutput {
  const format = findFormat(name);
  if (!format) throw new TypeError(`${named.key} has the unknown format ${name}`);
  return { ...named, format: name, options: effectiveOptions(format, parseOptions(format, options)) };
}

/** Renews the lease and watches the deadline, until the caller calls the returned function. */
export function keepAlive(parts: AttemptDependencies, attempt: Attempt): () => void {
  const stopTimers = [keepLease(parts, attempt), keepDeadline(parts, attempt)];
  return () => {
    for (const stop of stopTimers) stop();
  };
}

/** Whether the attempt still holds its lease; asks the database only if the last heartbeat is too old. */
export async function holds(leases: LeaseStore, attempt: Attempt): Promise<boolean> {
  return performance.now() - attempt.heldAt < HEARTBEAT || renew(leases, attempt);
}

async function renew(leases: LeaseStore, attempt: Attempt): Promise<boolean> {
  const now = performance.now();
  const held = await leases.heartbeat(attempt.lease, attempt.progress);
  if (held) attempt.heldAt = now;
  return held;
}

/** After an abort, waits for programs to end, but not for a storage that hangs: its answer is no longer needed. */
export async function endedSoon(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const gaveUp = Promise.withResolvers<void>();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    timer = setTimeout(() => gaveUp.reject(signal.reason), PATIENCE);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([work, gaveUp.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearTimeout(timer);
  }
}

/** Reason of an abort when the process stops. */
export function handedBack(): AppError {
  return new AppError('interrupted', 'The worker stops; another worker converts the task.');
}

/** Reason of an abort when the attempt has lost its lease. */
export function lost(): AppError {
  return new AppError('interrupted', 'The task was removed or changed, or another worker converts it.');
}

/** Renews the lease regularly; aborts the attempt when it has lost the lease. */
function keepLease({ leases, log }: AttemptDependencies, attempt: Attempt): () => void {
  let beating = false;
  const beat = async () => {
    if (beating) return;
    beating = true;
    try {
      if (!(await renew(leases, attempt))) attempt.abort.abort(lost());
    } catch (error) {
      log.warn('A heartbeat failed', { ...attempt.lease, error });
    } finally {
      beating = false;
    }
  };
  const timer = setInterval(beat, HEARTBEAT);
  return () => clearInterval(timer);
}

/** Stops an attempt before the platform ends its request: a process that still runs would race its successor. */
function keepDeadline({ deadline }: AttemptDependencies, attempt: Attempt): () => void {
  if (deadline === undefined) return () => undefined;
  const timer = setTimeout(() => {
    attempt.late = true;
    attempt.abort.abort(new AppError('interrupted', 'The deadline of the attempt passed.'));
  }, deadline * 1000);
  return () => clearTimeout(timer);
}
