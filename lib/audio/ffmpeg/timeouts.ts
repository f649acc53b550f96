import { AppError } from '../../runtime/errors.ts';

/** Time limits of one program. The signal carries the reason before the program stops. */
export interface Timeouts {
  /** The caller's signal, a limit, or `abort` aborts it. */
  readonly signal: AbortSignal;
  /** Restarts the stall timer after output from the program. */
  progress(): void;
  /** Stops the program; it then rejects with this reason. */
  abort(reason: Error): void;
  stop(): void;
}

/**
 * @param limits seconds: `wall` for the whole, `stall` without progress
 * @param isWaiting whether the program waits for a storage, in which case a stall is not the file's fault
 */
export function createTimeouts(
  signal: AbortSignal,
  limits: { wall: number; stall: number },
  isWaiting: () => boolean = () => false,
): Timeouts {
  const own = new AbortController();
  const wall = setTimeout(() => own.abort(timedOut(limits.wall)), limits.wall * 1000);
  const stall = setTimeout(
    () => own.abort(isWaiting() ? storageStalled() : stalled(limits.stall)),
    limits.stall * 1000,
  );
  return {
    signal: AbortSignal.any([signal, own.signal]),
    progress: () => void stall.refresh(),
    abort: (reason) => own.abort(reason),
    stop() {
      clearTimeout(wall);
      clearTimeout(stall);
    },
  };
}

function timedOut(seconds: number): AppError {
  return new AppError('timed_out', `The conversion took longer than the limit of ${seconds} s.`);
}

function stalled(seconds: number): AppError {
  return new AppError('stalled', `The decoder made no progress for ${seconds} s.`);
}

function storageStalled(): AppError {
  return new AppError('unavailable', 'The storage is slower than the conversion.');
}
