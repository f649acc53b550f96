import assert from 'node:assert/strict';
import { backOff, delayAfter, RETRIES } from '../../../lib/client/retries.ts';

const delayOf = (status: number, headers: Record<string, string> = {}, attempt = 1) =>
  delayAfter(new Response(null, { status, headers }), attempt, RETRIES);

const PROBLEM = { 'Content-Type': 'application/problem+json' };

describe('Retries of the client', () => {
  it('follow answers that may pass, and no others', () => {
    for (const status of [408, 429, 500, 502, 503, 504])
      assert.notEqual(delayOf(status), undefined, `${status}`);
    for (const status of [200, 308, 400, 401, 403, 404, 409, 410, 412, 413, 422, 501])
      assert.equal(delayOf(status), undefined, `${status}`);
    assert.equal(delayOf(500, PROBLEM), undefined);
    assert.notEqual(delayOf(503, PROBLEM), undefined);
    assert.notEqual(delayOf(409, { 'Retry-After': '1' }), undefined);
  });

  it('wait for the time that an answer names, in seconds or as a date', () => {
    assert.equal(delayOf(503, { 'Retry-After': '7' }), 7000);
    const date = new Date(Date.now() + 30_000).toUTCString();
    const delay = delayOf(429, { 'Retry-After': date }) ?? 0;
    assert.ok(delay > 0 && delay <= 30_000, `${delay}`);
    assert.ok((delayOf(503, { 'Retry-After': 'soon' }) ?? 0) <= RETRIES.firstDelay);
  });

  it('end with the last attempt, and where the time is too long', () => {
    assert.equal(delayOf(503, {}, RETRIES.attempts), undefined);
    assert.equal(delayOf(503, { 'Retry-After': '3600' }), undefined);
  });

  it('wait twice as long each time, at random but never less than half, up to the most', () => {
    for (let attempt = 1; attempt <= 20; attempt += 1) {
      const longest = Math.min(RETRIES.mostDelay, RETRIES.firstDelay * 2 ** (attempt - 1));
      const delay = backOff(attempt, RETRIES);
      assert.ok(delay >= longest / 2 && delay <= longest, `${attempt}: ${delay}`);
    }
  });
});
