import { AppError } from '../../runtime/errors.ts';

/** Watches one program's time. Whatever ends it, the reason is known before the program is stopped. */
export interface Timeouts {
  /** Aborted by the caller's signal, by a limit, or by `abort`. */
  readonly signal: AbortSignal;
  /** Something came out of the program: it does not stall. */
  progress(): void;
  abort(reason: AppError): void;
  stop(): void;
}

/**
 * @param limits seconds: `wall` for the whole, `stall` without progress
 * @param isWaiting whether the program only waits for a storage, which is no fault of the file
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
  return new AppError('timed_out', `It took longer than ${seconds} s, which is the most here.`);
}

function stalled(seconds: number): AppError {
  return new AppError('stalled', `Nothing could be decoded for ${seconds} s.`);
}

function storageStalled(): AppError {
  return new AppError('unavailable', 'The storage did not keep up with the conversion.');
}
