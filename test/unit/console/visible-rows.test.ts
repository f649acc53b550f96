import assert from 'node:assert/strict';
import { visibleRows } from '../../../lib/console/visible-rows.ts';

describe('visibleRows', () => {
  it('gives the rows of the window, and some beyond both edges', () => {
    assert.deepEqual(visibleRows(-50_000, 1000, 50, 100_000), { from: 990, to: 1030 });
  });

  it('ends at both ends of the list', () => {
    assert.deepEqual(visibleRows(300, 1000, 50, 8), { from: 0, to: 8 });
    assert.deepEqual(visibleRows(-4500, 1000, 50, 100), { from: 80, to: 100 });
    assert.deepEqual(visibleRows(300, 1000, 50, 0), { from: 0, to: 0 });
  });

  it('gives no negative range while the list is above or below the window', () => {
    assert.deepEqual(visibleRows(-90_000, 1000, 50, 100), { from: 100, to: 100 });
    assert.deepEqual(visibleRows(9000, 1000, 50, 100), { from: 0, to: 0 });
  });
});
