import type { ConsumedPoints, RateLimitPolicy } from '../ports/rate-limits.ts';
import type { TaskState } from '../ports/tasks.ts';
import { AppError, type ExceededLimit } from '../runtime/errors.ts';

/** A quota of tasks in one state. */
export interface StateLimit {
  policy: string;
  state: TaskState;
  quota: 'openUploads' | 'waitingTasks' | 'runningTasks';
  /** Unit of the quota, if it is not the number of things (draft-ietf-httpapi-ratelimit-headers, 3.1.2). */
  unit?: string | undefined;
  sentence: (quota: number) => string;
}

export const STATE_LIMITS: readonly StateLimit[] = [
  {
    policy: 'open-uploads',
    state: 'AWAITING_UPLOAD',
    quota: 'openUploads',
    sentence: (quota) => `A user may have ${quota} open uploads. Send their files, or remove their tasks.`,
  },
  {
    policy: 'waiting-tasks',
    state: 'UPLOADED',
    quota: 'waitingTasks',
    sentence: (quota) => `A user may have ${quota} tasks that wait. Try again when some are converted.`,
  },
  {
    policy: 'running-tasks',
    state: 'PROCESSING',
    quota: 'runningTasks',
    unit: 'concurrent-requests',
    sentence: (quota) => `A user may have ${quota} conversions at one time. Try again when one has ended.`,
  },
];

const DAY = 24 * 3600;

/** Seconds after which a client may ask again for what only its own removals or conversions make free. */
const LATER = 60;

/** Counts seconds of audio; whether they are too many is decided by the limit of each user. */
export const AUDIO: RateLimitPolicy = { name: 'audio', quota: 1_000_000_000, seconds: DAY };

export function stateExceeded(
  { policy, unit, sentence }: StateLimit,
  quota: number,
  present: number,
): AppError {
  const limit = { policy, quota, seconds: undefined, remaining: quota - present, unit };
  return exceeded(limit, sentence(quota), LATER);
}

export function storedExceeded(quota: number, bytes: number): AppError {
  const sentence = `The files of this user have ${bytes} bytes, and may have ${quota}. Remove tasks first.`;
  return exceeded({ policy: 'stored-bytes', quota, seconds: undefined, remaining: 0 }, sentence, LATER);
}

/**
 * Throws `quota_exceeded` if a user has converted as many minutes of audio as the day allows.
 * @param counted points of the policy `AUDIO`; undefined if nothing was counted
 */
export function mustHaveAudioLeft(minutes: number, counted: ConsumedPoints | undefined): void {
  const quota = minutes * 60;
  if (!counted || AUDIO.quota - counted.remaining < quota) return;
  const reset = Math.max(1, Math.ceil(counted.resetMs / 1000));
  const sentence = `This user has converted ${minutes} minutes of audio today, which is the most. Try again in ${reset} s.`;
  throw exceeded({ policy: AUDIO.name, quota, seconds: DAY, remaining: 0 }, sentence, reset);
}

function exceeded(limit: ExceededLimit, sentence: string, retryAfter: number): AppError {
  const remaining = Math.max(0, limit.remaining);
  return new AppError('quota_exceeded', sentence, { retryAfter, limit: { ...limit, remaining } });
}
