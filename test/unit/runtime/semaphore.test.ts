import assert from 'node:assert/strict';
import { createGate } from '../../../lib/runtime/semaphore.ts';

describe('A semaphore', () => {
  it('runs so many at once, the others in the order in which they came', async () => {
    const gate = createGate(2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const work = (number: number) => () => {
      begun.push(number);
      return new Promise<void>((resolve) => ends.push(resolve));
    };
    const all = [1, 2, 3, 4].map((number) => gate(work(number)));
    await Promise.resolve();
    assert.deepEqual(begun, [1, 2]);
    ends[0]?.();
    await all[0];
    await new Promise(setImmediate);
    assert.deepEqual(begun, [1, 2, 3]);
    ends[1]?.();
    ends[2]?.();
    await Promise.all(all.slice(0, 3));
    await new Promise(setImmediate);
    ends[3]?.();
    await Promise.all(all);
    assert.deepEqual(begun, [1, 2, 3, 4]);
  });

  it('stays open after work that fails', async () => {
    const gate = createGate(1);
    await assert.rejects(
      gate(async () => Promise.reject(new Error('broken'))),
      /broken/,
    );
    assert.equal(await gate(async () => 'next'), 'next');
  });
});
