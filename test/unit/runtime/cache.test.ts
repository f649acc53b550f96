import assert from 'node:assert/strict';
import { createMemory } from '../../../lib/runtime/cache.ts';

describe('A cache', () => {
  it('keeps an entry until its time is over', () => {
    const memory = createMemory<string>(2);
    memory.keep('a', 'x', 10);
    assert.equal(memory.get('a', 9), 'x');
    assert.equal(memory.get('a', 10), undefined);
    assert.equal(memory.get('b', 0), undefined);
  });

  it('evicts the oldest entry when there are too many', () => {
    const memory = createMemory<string>(2);
    for (const key of ['a', 'b', 'a', 'c']) memory.keep(key, key, 10);
    assert.deepEqual(
      ['a', 'b', 'c'].map((key) => memory.get(key, 0)),
      ['a', undefined, 'c'],
    );
  });
});
