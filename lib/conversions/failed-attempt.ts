import type { Lease } from '../ports/leases.ts';
import type { ObservedConversion } from '../ports/observations.ts';
import type { MessageOutcome } from '../ports/queue.ts';
import { type FailureCode, hasCode, isFailure } from '../runtime/errors.ts';
import type { LogFields } from '../runtime/log.ts';
import type { Attempt, AttemptDependencies } from './attempt.ts';
import { BROKE_OFF_TWICE, faultOf } from './repeated-fault.ts';

/** Seconds until the next attempt after the first one failed; doubles with each further attempt. */
const BACK_OFF = 60;

/** Minimum progress (0 to 1) at the deadline for which a retry is worthwhile. */
const WORTH_RETRY = 0.5;

export interface FailureDependencies extends AttemptDependencies {
  /** Maximum attempts of one revision. */
  attempts: number;
}

/** Tells the log, the metrics and the trace of the end of an attempt; with a code if its task fails. */
export type Write = (
  severity: 'info' | 'warn',
  outcome: ObservedConversion['outcome'],
  message: string,
  fields?: LogFields & { code?: FailureCode },
) => void;

/** Ends an attempt that failed, and decides between failure, retry and release. */
export async function endFailed(
  parts: FailureDependencies,
  attempt: Attempt,
  error: unknown,
  write: Write,
): Promise<MessageOutcome> {
  const { leases, deadline = 0, attempts } = parts;
  const { lease, media } = attempt;
  if (isFailure(error)) {
    write('info', 'failed', 'Not convertible', { code: error.code, error });
    await leases.fail(lease, { code: error.code, message: error.message }, media);
    return 'done';
  }
  if (attempt.late && (attempt.progress < WORTH_RETRY || lease.attempt >= attempts)) {
    const fields = { code: 'too_long', progress: attempt.progress } as const;
    write('info', 'failed', 'Not convertible within the deadline', fields);
    await leases.fail(lease, { code: 'too_long', message: takesTooLong(deadline) }, media);
    return 'done';
  }
  if (attempt.late) {
    write('warn', 'again', 'Deadline passed; the conversion is tried again', { progress: attempt.progress });
    await leases.postpone(lease, 0);
    return 'again';
  }
  if (hasCode(error, 'interrupted')) {
    write('info', 'released', 'Lease released', { reason: error.message });
    await leases.release(lease);
    return 'done';
  }
  const fault = faultOf(error, lease.revision);
  if (fault !== undefined && fault === attempt.lastFault) {
    write('warn', 'failed', 'The conversion broke off twice in the same way', { code: 'gave_up', error });
    await leases.fail(lease, { code: 'gave_up', message: BROKE_OFF_TWICE }, media);
    return 'done';
  }
  write('warn', 'again', 'The conversion broke off; it is tried again', { error });
  await postpone(parts, lease, fault);
  throw error;
}

/**
 * Ends an attempt, and doubles the waiting time with each one; after a fault of the file or of this program, the next
 * attempt begins at once. If the database fails, the lease expires by itself.
 */
async function postpone(
  { leases, log }: AttemptDependencies,
  lease: Lease,
  fault: string | undefined,
): Promise<void> {
  try {
    const seconds = fault === undefined ? BACK_OFF * 2 ** (lease.attempt - 1) : 0;
    await leases.postpone(lease, seconds, fault);
  } catch (error) {
    log.warn('The attempt could not be postponed', { ...lease, error });
  }
}

function takesTooLong(seconds: number): string {
  return `The conversion takes longer than the limit of ${seconds} s.`;
}
