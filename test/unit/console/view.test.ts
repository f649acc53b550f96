import assert from 'node:assert/strict';
import { following, moved, placeIn, zoomed } from '../../../lib/console/view.ts';

describe('The part of a sound in sight', () => {
  it('keeps the place around which it becomes shorter, and stays within the sound', () => {
    assert.deepEqual(zoomed({ start: 0, end: 100 }, 0.5, 50, 100), { start: 25, end: 75 });
    assert.deepEqual(zoomed({ start: 0, end: 100 }, 0.5, 0, 100), { start: 0, end: 50 });
    assert.deepEqual(zoomed({ start: 50, end: 100 }, 4, 90, 100), { start: 0, end: 100 });
    assert.deepEqual(moved({ start: 0, end: 10 }, 500, 100), { start: 90, end: 100 });
  });

  it('is never shorter than the pixels of a waveform can show, nor longer than the sound', () => {
    const { start, end } = zoomed({ start: 0, end: 1 }, 0.01, 0, 1000);
    assert.equal(end - start, 2);
    assert.deepEqual(zoomed({ start: 0, end: 0.2 }, 0.5, 0.1, 0.2), { start: 0, end: 0.2 });
  });

  it('turns to the page with the position, and only then', () => {
    const view = { start: 10, end: 20 };
    assert.equal(following(view, 15, 100), view);
    assert.deepEqual(following(view, 20.5, 100), { start: 20.5, end: 30.5 });
    assert.equal(placeIn(view, 12.5), 0.25);
  });
});
