import { LRUCache } from 'lru-cache';
import type { RateLimitStore } from '../ports/rate-limits.ts';
import type { UsageStore } from '../ports/usage.ts';
import { AppError } from '../runtime/errors.ts';
import { AUDIO, mustHaveAudioLeft, STATE_LIMITS, stateExceeded, storedExceeded } from './quotas.ts';
import type { UserLimits } from './user-limits.ts';

/** A task that a user asks for. */
export interface WantedTask {
  /** Bytes; null if they are not known yet. */
  declaredSize: number | null;
}

/** Decides whether a user may have more tasks. */
export interface Admission {
  /**
   * Throws `quota_exceeded` if the user may not have these further tasks, as `mustHaveRoom` and `mustAllowSize` do. Requests at once may go beyond a quota by their number.
   */
  admit(userId: number, tasks: readonly WantedTask[]): Promise<void>;
  /** Throws `insufficient_storage` while the free space of the disk is under its floor. */
  mustHaveRoom(): Promise<void>;
  /** Throws `unsupported_format` for a format that the user's limits leave out. */
  mustAllowFormat(userId: number, format: string): Promise<void>;
  /** Throws `too_large`. @param size bytes */
  mustAllowSize(userId: number, size: number): Promise<void>;
  /** Throws `too_long` for an original that is longer than the user's limit. */
  mustAllowDuration(userId: number, seconds: number): Promise<void>;
  /** Counts the audio of a conversion. */
  countAudio(userId: number, seconds: number): Promise<void>;
}

export interface AdmissionDependencies {
  usage: UsageStore;
  rateLimits: RateLimitStore;
  limits: UserLimits;
  /** Bytes that must stay free; 0 is no floor. */
  minFreeBytes: number;
  /** Free bytes of the storage; undefined for one without an end. */
  freeBytes: () => Promise<number | undefined>;
}

/** Milliseconds for which the free space is taken for unchanged. */
const FRESH = 1000;

/** Seconds after which a client may ask again while the disk is full. */
const LATER = 60;

export function createAdmission(parts: AdmissionDependencies): Admission {
  const { usage, rateLimits, limits, minFreeBytes, freeBytes } = parts;
  const audio = rateLimits.limiter(AUDIO);
  const room = new LRUCache<'free', { bytes: number | undefined }>({ max: 1, ttl: FRESH });

  const mustHaveRoom = async () => {
    if (minFreeBytes === 0) return;
    const known = room.get('free') ?? { bytes: await freeBytes() };
    room.set('free', known);
    if (known.bytes === undefined || known.bytes >= minFreeBytes) return;
    const sentence = 'The disk of the service is nearly full, so that it takes no uploads. Try again later.';
    throw new AppError('insufficient_storage', sentence, { retryAfter: LATER });
  };
  const mustAllowFormat = async (userId: number, format: string) => {
    const { formats } = await limits.of(userId);
    if (formats === null || formats.includes(format)) return;
    const message = `expected one of ${formats.join(', ')}`;
    throw new AppError(
      'unsupported_format',
      `This account has not the format ${format}. newFormat: ${message}.`,
      {
        details: [{ path: 'newFormat', message }],
      },
    );
  };
  const mustAllowSize = async (userId: number, size: number) => {
    const { uploadBytes } = await limits.of(userId);
    if (size <= uploadBytes) return;
    throw new AppError('too_large', `The file has ${size} bytes; at most ${uploadBytes} are allowed.`);
  };
  return {
    mustHaveRoom,
    mustAllowFormat,
    mustAllowSize,
    async admit(userId, tasks) {
      await mustHaveRoom();
      const own = await limits.of(userId);
      for (const { declaredSize } of tasks)
        if (declaredSize !== null) await mustAllowSize(userId, declaredSize);
      for (const limit of STATE_LIMITS) {
        const quota = own[limit.quota];
        if (quota === 0) continue;
        const present = await usage.countTasks(userId, limit.state, quota);
        if (present + tasks.length > quota) throw stateExceeded(limit, quota, present);
      }
      if (own.storedBytes > 0) {
        const bytes = await usage.storedBytes(userId);
        if (bytes >= own.storedBytes) throw storedExceeded(own.storedBytes, bytes);
      }
      if (own.audioMinutes > 0) mustHaveAudioLeft(own.audioMinutes, await audio.peek(String(userId)));
    },
    async mustAllowDuration(userId, seconds) {
      const { durationSeconds } = await limits.of(userId);
      if (seconds <= durationSeconds) return;
      throw new AppError('too_long', `The original lasts longer than the limit of ${durationSeconds} s.`);
    },
    async countAudio(userId, seconds) {
      if ((await limits.of(userId)).audioMinutes > 0) await audio.consume(String(userId), Math.ceil(seconds));
    },
  };
}
