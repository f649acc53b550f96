import assert from 'node:assert/strict';
import { createBoundedSemaphore } from '../../../lib/runtime/bounded-semaphore.ts';
import { hasCode } from '../../../lib/runtime/errors.ts';

describe('A bounded semaphore', () => {
  const full = new Error('full');
  const semaphore = (concurrency: number, queue: number) => {
    const runIfDue = createBoundedSemaphore({ concurrency, queue, full: async () => full });
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const work = (name: string, signal?: AbortSignal) =>
      runIfDue(async () => {
        begun.push(name);
        await new Promise<void>((resolve) => ends.set(name, resolve));
        return name;
      }, signal);
    return { runIfDue, begun, work, end: (name: string) => ends.get(name)?.() };
  };

  it('runs so much at once, the rest in the order in which it came, and refuses what finds the queue full', async () => {
    const { begun, work, end } = semaphore(2, 1);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => work(name));
    await assert.rejects(work('d'), full);
    assert.deepEqual(begun, ['a', 'b']);
    end('b');
    assert.equal(await b, 'b');
    const e = work('e');
    await assert.rejects(work('f'), full);
    end('a');
    await a;
    end('c');
    assert.equal(await c, 'c');
    end('e');
    assert.equal(await e, 'e');
    assert.deepEqual(begun, ['a', 'b', 'c', 'e']);
  });

  it('gives the place of a caller that is gone to the next one, and never begins its work', async () => {
    const { begun, work, end } = semaphore(1, 1);
    const caller = new AbortController();
    const first = work('first');
    const gone = work('gone', caller.signal);
    await assert.rejects(work('refused'), full);
    caller.abort('Client connection prematurely closed.');
    await assert.rejects(gone, (error) => hasCode(error, 'interrupted'));
    const next = work('next');
    end('first');
    await first;
    end('next');
    assert.equal(await next, 'next');
    assert.deepEqual(begun, ['first', 'next']);
    await assert.rejects(work('late', caller.signal), (error) => hasCode(error, 'interrupted'));
  });

  it('lets work end whose caller is gone once it has begun, and goes on after work that fails', async () => {
    const { runIfDue, work, end } = semaphore(1, 0);
    const caller = new AbortController();
    const begun = work('begun', caller.signal);
    caller.abort();
    end('begun');
    assert.equal(await begun, 'begun');
    await assert.rejects(
      runIfDue(() => Promise.reject(full)),
      full,
    );
    assert.equal(await runIfDue(async () => 'next'), 'next');
  });
});
