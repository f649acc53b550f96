import { LRUCache } from 'lru-cache';
import type { RateLimitStore } from '../ports/rate-limits.ts';
import type { TaskState } from '../ports/tasks.ts';
import type { UsageStore } from '../ports/usage.ts';
import { AppError } from '../runtime/errors.ts';

/** Quotas of one user; 0 is no limit. */
export interface UserQuotas {
  /** Tasks whose original has not come. */
  openUploads: number;
  /** Tasks that wait for their conversion. */
  waitingTasks: number;
  /** Bytes of originals and results. */
  storedBytes: number;
  /** Minutes of audio that are converted within a day. */
  audioMinutes: number;
}

/** Decides whether a user may have more tasks. */
export interface Admission {
  /**
   * Throws `quota_exceeded` if the user may not have `count` more tasks, and as `mustHaveRoom` does. Requests at once may go
   * beyond a quota by their number.
   */
  admit(userId: number, count: number): Promise<void>;
  /** Throws `insufficient_storage` while the free space of the disk is under its floor. */
  mustHaveRoom(): Promise<void>;
  /** Counts the audio of a conversion. */
  countAudio(userId: number, seconds: number): Promise<void>;
}

export interface AdmissionDependencies {
  usage: UsageStore;
  rateLimits: RateLimitStore;
  quotas: UserQuotas;
  /** Bytes that must stay free; 0 is no floor. */
  minFreeBytes: number;
  /** Free bytes of the storage; undefined for one without an end. */
  freeBytes: () => Promise<number | undefined>;
}

/** Milliseconds for which the free space is taken for unchanged. */
const FRESH = 1000;

const DAY = 24 * 3600;

/** Seconds after which a client may ask again for what only its own removals or conversions make free. */
const LATER = 60;

export function createAdmission(parts: AdmissionDependencies): Admission {
  const { usage, rateLimits, quotas, minFreeBytes, freeBytes } = parts;
  const audio = {
    policy: 'audio',
    quota: quotas.audioMinutes * 60,
    limiter: rateLimits.limiter({
      name: 'audio',
      quota: Math.max(1, quotas.audioMinutes * 60),
      seconds: DAY,
    }),
  };
  const room = new LRUCache<'free', { bytes: number | undefined }>({ max: 1, ttl: FRESH });

  const mustHaveRoom = async () => {
    if (minFreeBytes === 0) return;
    const known = room.get('free') ?? { bytes: await freeBytes() };
    room.set('free', known);
    if (known.bytes === undefined || known.bytes >= minFreeBytes) return;
    const sentence = 'The disk of the service is nearly full, so that it takes no uploads. Try again later.';
    throw new AppError('insufficient_storage', sentence, { retryAfter: LATER });
  };
  const mustBeFewer = async (limit: StateLimit, userId: number, count: number) => {
    const quota = quotas[limit.quota];
    if (quota === 0) return;
    const present = await usage.countTasks(userId, limit.state, quota);
    if (present + count > quota) throw exceeded(limit.policy, quota, quota - present, limit.sentence(quota));
  };
  const mustStoreLess = async (userId: number) => {
    const quota = quotas.storedBytes;
    if (quota === 0) return;
    const bytes = await usage.storedBytes(userId);
    if (bytes < quota) return;
    const sentence = `The files of this user have ${bytes} bytes, and may have ${quota}. Remove tasks first.`;
    throw exceeded('stored-bytes', quota, 0, sentence);
  };
  const mustHaveAudioLeft = async (userId: number) => {
    if (quotas.audioMinutes === 0) return;
    const counted = await audio.limiter.peek(String(userId));
    if (!counted || counted.remaining > 0) return;
    const seconds = Math.max(1, Math.ceil(counted.resetMs / 1000));
    const sentence = `This user has converted ${quotas.audioMinutes} minutes of audio today, which is the most. Try again in ${seconds} s.`;
    throw exceeded(audio.policy, audio.quota, 0, sentence, { window: DAY, reset: seconds });
  };
  return {
    mustHaveRoom,
    async admit(userId, count) {
      await mustHaveRoom();
      for (const limit of STATE_LIMITS) await mustBeFewer(limit, userId, count);
      await mustStoreLess(userId);
      await mustHaveAudioLeft(userId);
    },
    async countAudio(userId, seconds) {
      if (quotas.audioMinutes > 0) await audio.limiter.consume(String(userId), Math.ceil(seconds));
    },
  };
}

interface StateLimit {
  policy: string;
  state: TaskState;
  quota: 'openUploads' | 'waitingTasks';
  sentence: (quota: number) => string;
}

const STATE_LIMITS: readonly StateLimit[] = [
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
];

function exceeded(
  policy: string,
  quota: number,
  remaining: number,
  sentence: string,
  time?: { window: number; reset: number },
): AppError {
  return new AppError('quota_exceeded', sentence, {
    retryAfter: time?.reset ?? LATER,
    limit: { policy, quota, seconds: time?.window, remaining: Math.max(0, remaining) },
  });
}
