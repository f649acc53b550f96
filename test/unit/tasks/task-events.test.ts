import assert from 'node:assert/strict';
import sinon from 'sinon';
import type { Batch } from '../../../lib/ports/batches.ts';
import { createTaskEvents } from '../../../lib/tasks/task-events.ts';

const BATCH: Batch = { id: 7, userId: 1, name: null, createdAt: new Date(0), states: {}, progress: 1 };
const WATCHED = { userId: 1, taskId: undefined, batchId: BATCH.id, after: undefined };

describe('A stream of events', () => {
  function streamOf(listening: Promise<void>) {
    const stop = sinon.spy();
    const listen = async () => {
      await listening;
      return stop;
    };
    const store = {
      last: async () => 0,
      find: async () => undefined,
      after: async () => [],
      unfinished: async () => [],
    };
    const changes = { listen, close: async () => undefined };
    const events = createTaskEvents({
      store,
      batches: { find: async () => BATCH },
      webhooks: { find: async () => undefined },
      changes,
    });
    return { stop, events };
  }

  it('listens no longer when its reader goes away between two events', async () => {
    const { stop, events } = streamOf(Promise.resolve());
    const reader = new AbortController();
    const stream = await events.watch(WATCHED, reader.signal);
    assert.equal((await stream.next()).value?.type, 'batch');
    assert.equal(stop.callCount, 0);
    reader.abort();
    assert.equal(stop.callCount, 1);
  });

  it('listens no longer when its reader went away before it began to', async () => {
    const listening = Promise.withResolvers<void>();
    const { stop, events } = streamOf(listening.promise);
    const reader = new AbortController();
    const first = (await events.watch(WATCHED, reader.signal)).next();
    reader.abort();
    listening.resolve();
    assert.deepEqual(await first, { value: undefined, done: true });
    assert.equal(stop.called, true);
  });

  it('listens no longer when the service closes', async () => {
    const { stop, events } = streamOf(Promise.resolve());
    const stream = await events.watch(WATCHED, new AbortController().signal);
    await stream.next();
    await events.close();
    assert.equal(stop.callCount, 1);
  });
});
