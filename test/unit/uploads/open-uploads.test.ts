import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createOpenUploads, forEachUntilAborted } from '../../../lib/uploads/open-uploads.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

describe('A request body that waits for its client', () => {
  it('keeps no chunk in memory that was taken', async () => {
    const chunks: WeakRef<Buffer>[] = [];
    const waits = Promise.withResolvers<void>();
    const end = new AbortController();
    const next = async (): Promise<IteratorResult<Buffer>> => {
      if (chunks.length === 2) {
        waits.resolve();
        return new Promise(() => undefined);
      }
      const value = Buffer.allocUnsafeSlow(65_536);
      chunks.push(new WeakRef(value));
      return { done: false, value };
    };
    const source = { [Symbol.asyncIterator]: () => ({ next }) };
    const reading = forEachUntilAborted(source, end.signal, async (chunk) => {
      assert.equal(chunk.length, 65_536);
    });
    await waits.promise;
    await setImmediate();
    collectGarbage();
    await setImmediate();
    collectGarbage();
    assert.deepEqual(
      chunks.map((chunk) => chunk.deref()),
      [undefined, undefined],
    );
    end.abort(new Error('over'));
    await assert.rejects(reading, /over/);
  });
});

describe('A question for the status of an upload', () => {
  it('waits until the requests of this upload have ended, and for no other upload', async () => {
    const uploads = createOpenUploads({ findWriters: async () => new Map() });
    const [mine, other] = [uploads.begin(1), uploads.begin(2)];
    const events: string[] = [];
    const settled = uploads.settled(1).then(() => events.push('settled'));
    await uploads.settled(3);
    events.push('ended');
    mine.end();
    await settled;
    assert.deepEqual(events, ['ended', 'settled']);
    other.end();
  });
});
