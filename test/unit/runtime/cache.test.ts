import assert from 'node:assert/strict';
import { createMemory } from '../../../lib/runtime/cache.ts';

describe('A memory of answers', () => {
  it('knows what it was told until the time is over', () => {
    const memory = createMemory<string>(2);
    memory.keep('a', 'x', 10);
    assert.equal(memory.get('a', 9), 'x');
    assert.equal(memory.get('a', 10), undefined);
    assert.equal(memory.get('b', 0), undefined);
  });

  it('forgets the oldest where there are too many', () => {
    const memory = createMemory<string>(2);
    for (const key of ['a', 'b', 'a', 'c']) memory.keep(key, key, 10);
    assert.deepEqual(
      ['a', 'b', 'c'].map((key) => memory.get(key, 0)),
      ['a', undefined, 'c'],
    );
  });
});
