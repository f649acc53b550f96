import assert from 'node:assert/strict';
import { timeOf, trimOf, withHandle, withTrim } from '../../../lib/console/trim.ts';

describe('The trim of a sound', () => {
  const WHOLE = { start: 0, end: 10, fadeIn: 0, fadeOut: 0 };

  it('is the whole sound without options, and becomes options only where it changes something', () => {
    assert.deepEqual(trimOf({}, 10), WHOLE);
    assert.deepEqual(withTrim({ bitrate: 1, start: 2, end: 3, fadeIn: 1 }, WHOLE, 10), { bitrate: 1 });
    const options = { start: 2.5, end: 8, fadeIn: 1, fadeOut: 0.5 };
    assert.deepEqual(withTrim({}, trimOf(options, 10), 10), options);
  });

  it('keeps its edges in order and within the sound', () => {
    assert.equal(withHandle(WHOLE, 'start', -1, 10).start, 0);
    assert.equal(withHandle(WHOLE, 'start', 99, 10).start, 9.99);
    assert.equal(withHandle({ ...WHOLE, start: 4 }, 'end', 1, 10).end, 4.01);
    assert.equal(withHandle(WHOLE, 'end', 99, 10).end, 10);
  });

  it('has the handle of a fade where the fade ends, and shortens a fade that no longer fits', () => {
    const faded = withHandle(withHandle(WHOLE, 'fadeIn', 2, 10), 'fadeOut', 7, 10);
    assert.deepEqual(faded, { ...WHOLE, fadeIn: 2, fadeOut: 3 });
    assert.deepEqual([timeOf(faded, 'fadeIn'), timeOf(faded, 'fadeOut')], [2, 7]);
    const moved = withHandle(faded, 'start', 3, 10);
    assert.deepEqual([moved.fadeIn, timeOf(moved, 'fadeIn')], [2, 5]);
    assert.equal(withHandle(faded, 'end', 1, 10).fadeOut, 1);
  });
});
