import assert from 'node:assert/strict';
import { rateLimitFields } from '../../../lib/http/rate-limit-fields.ts';
import { createAdmission } from '../../../lib/limits/admission.ts';
import { createUserLimits } from '../../../lib/limits/user-limits.ts';
import type { TaskState } from '../../../lib/ports/tasks.ts';
import type { LimitOverrides } from '../../../lib/ports/user-limits.ts';
import { type AppError, hasCode } from '../../../lib/runtime/errors.ts';

const SERVICE = {
  ...{ requests: 100, openUploads: 10, waitingTasks: 10, runningTasks: 3, storedBytes: 0, audioMinutes: 0 },
  ...{ uploadBytes: 1000, durationSeconds: 60, retentionDays: 30, formats: null },
};
const NO_POINTS = { isAllowed: true, remaining: 1, resetMs: 1 };

/** Admission of a user with limits, of whom so many tasks are in each state. */
function admissionOf(limits: LimitOverrides, counts: Partial<Record<TaskState, number>> = {}) {
  return createAdmission({
    usage: {
      countTasks: async (_user, state) => counts[state] ?? 0,
      storedBytes: async () => 0,
    },
    rateLimits: {
      limiter: () => ({
        consume: async () => NO_POINTS,
        giveBack: async () => {},
        peek: async () => undefined,
      }),
    },
    limits: createUserLimits({ find: async () => ({ group: undefined, limits }) }, SERVICE),
    minFreeBytes: 0,
    freeBytes: async () => undefined,
  });
}

describe('Limits of a user', () => {
  it('refuse a task while as many run as may, in the unit of the draft', async () => {
    const { admit } = admissionOf({}, { PROCESSING: 3 });
    const refusal: AppError = await admit(1, [{ declaredSize: 1 }]).then(
      () => assert.fail('it is admitted'),
      (error) => error,
    );
    assert.ok(hasCode(refusal, 'quota_exceeded'));
    assert.deepEqual(rateLimitFields(refusal), [
      ['RateLimit-Policy', '"running-tasks";q=3;qu="concurrent-requests"'],
      ['RateLimit', '"running-tasks";r=0;t=60'],
    ]);
    await admissionOf({ runningTasks: 0 }, { PROCESSING: 3 }).admit(1, [{ declaredSize: 1 }]);
  });

  it('allow no larger and no longer originals than the service', async () => {
    const { mustAllowSize, mustAllowDuration } = admissionOf({ uploadBytes: 5000, durationSeconds: 600 });
    await mustAllowSize(1, 1000);
    await mustAllowDuration(1, 60);
    await assert.rejects(mustAllowSize(1, 1001), (error) => hasCode(error, 'too_large'));
    await assert.rejects(mustAllowDuration(1, 61), (error) => hasCode(error, 'too_long'));
  });

  it('come before those of the group, and those before the limits of the service', async () => {
    const createdAt = new Date();
    const group = {
      id: 1,
      name: 'students',
      limits: { requests: 50, openUploads: 5, formats: ['mp3'] },
      createdAt,
    };
    const limits = createUserLimits({ find: async () => ({ group, limits: { openUploads: 0 } }) }, SERVICE);
    const { requests, openUploads, waitingTasks, formats } = await limits.of(1);
    assert.deepEqual([requests, openUploads, waitingTasks, formats], [50, 0, 10, ['mp3']]);
    const none = createUserLimits({ find: async () => ({ group, limits: { formats: null } }) }, SERVICE);
    assert.equal((await none.of(1)).formats, null);
  });
});
