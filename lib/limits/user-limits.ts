import { LRUCache } from 'lru-cache';
import type { LimitOverrides, Limits, UserLimitStore } from '../ports/user-limits.ts';

/** Limits of a user: the user's own come first, then those of the group, then those of the service. */
export interface EffectiveLimits extends Limits {
  /** Name of the user's group. */
  group: string | null;
}

export interface UserLimits {
  /** Changes of another process show after two seconds at most. */
  of(userId: number): Promise<EffectiveLimits>;
}

/** Milliseconds for which limits are taken for unchanged. */
const FRESH = 2000;

/** Users whose limits one process keeps. */
const KEPT = 10_000;

/** @param defaults limits of the service; no other limit allows larger or longer originals */
export function createUserLimits(store: Pick<UserLimitStore, 'find'>, defaults: Limits): UserLimits {
  const known = new LRUCache<number, Promise<EffectiveLimits>>({ max: KEPT, ttl: FRESH });
  const read = async (userId: number): Promise<EffectiveLimits> => {
    const { group, limits } = await store.find(userId);
    const own = overridden(overridden(defaults, group?.limits ?? {}), limits);
    return {
      ...own,
      uploadBytes: Math.min(own.uploadBytes, defaults.uploadBytes),
      durationSeconds: Math.min(own.durationSeconds, defaults.durationSeconds),
      retentionDays: defaults.retentionDays === 0 ? 0 : own.retentionDays,
      group: group?.name ?? null,
    };
  };
  return {
    of(userId) {
      const kept = known.get(userId);
      if (kept) return kept;
      const asked = read(userId);
      known.set(userId, asked);
      asked.catch(() => known.delete(userId));
      return asked;
    },
  };
}

function overridden(limits: Limits, by: LimitOverrides): Limits {
  return {
    requests: by.requests ?? limits.requests,
    openUploads: by.openUploads ?? limits.openUploads,
    waitingTasks: by.waitingTasks ?? limits.waitingTasks,
    runningTasks: by.runningTasks ?? limits.runningTasks,
    storedBytes: by.storedBytes ?? limits.storedBytes,
    audioMinutes: by.audioMinutes ?? limits.audioMinutes,
    uploadBytes: by.uploadBytes ?? limits.uploadBytes,
    durationSeconds: by.durationSeconds ?? limits.durationSeconds,
    retentionDays: by.retentionDays ?? limits.retentionDays,
    formats: by.formats === undefined ? limits.formats : by.formats,
  };
}
