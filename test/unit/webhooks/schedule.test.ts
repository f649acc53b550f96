import assert from 'node:assert/strict';
import { pauseAfter, retryAfterSeconds, SCHEDULE } from '../../../lib/webhooks/schedule.ts';

const failed = (tries: number, status?: number, retryAfter?: number) => ({ tries, status, retryAfter });

describe('The schedule of tries', () => {
  it('has ten tries in three days, with pauses that are up to a fifth longer', () => {
    const pauses = Array.from({ length: 10 }, (_, index) => pauseAfter(failed(index + 1, 500), 0));
    assert.deepEqual(pauses, [...SCHEDULE, undefined]);
    assert.deepEqual(SCHEDULE, [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]);
    assert.equal(pauseAfter(failed(2), 1), 360);
  });

  it('is slower for a receiver that has too much to do', () => {
    for (const status of [429, 502, 504]) {
      assert.equal(pauseAfter(failed(1, status), 0), 60);
      assert.equal(pauseAfter(failed(2, status), 0), 600);
    }
  });

  it('honours Retry-After up to a day, and never shortens a pause by it', () => {
    assert.equal(pauseAfter(failed(1, 503, 120), 0), 120);
    assert.equal(pauseAfter(failed(2, 503, 120), 0), 300);
    assert.equal(pauseAfter(failed(1, 503, 1e9), 0), 86_400);
    assert.equal(pauseAfter(failed(10, 503, 120), 0), undefined);
  });

  it('reads Retry-After as seconds or as a date', () => {
    const now = new Date('2026-11-27T10:00:00Z');
    assert.equal(retryAfterSeconds('120', now), 120);
    assert.equal(retryAfterSeconds('Fri, 27 Nov 2026 10:01:00 GMT', now), 60);
    assert.equal(retryAfterSeconds('Fri, 27 Nov 2026 09:00:00 GMT', now), 0);
    for (const header of [undefined, 'soon', '-']) assert.equal(retryAfterSeconds(header, now), undefined);
  });
});
