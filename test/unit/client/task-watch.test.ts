import assert from 'node:assert/strict';
import { TonemillError } from '../../../lib/client/errors.ts';
import type { Task, TaskEvent } from '../../../lib/client/events.ts';
import { createTaskWatch, type TaskWatchDependencies } from '../../../lib/client/task-watch.ts';

const TASK: Task = {
  ...{
    id: 1,
    name: 'a.wav',
    originalExt: 'wav',
    convertedExt: 'mp3',
    state: 'PROCESSING',
    user: 'a@example.org',
  },
  ...{ timestamp: '2026-01-01T00:00:00Z', revision: 2, options: {}, progress: 0.5, batchId: null },
  ...{
    checksums: null,
    source: null,
    destination: null,
    delivered: null,
    expiresAt: null,
    outputs: null,
    resultCount: 0,
    cover: null,
    media: null,
    result: null,
    error: null,
    startedAt: null,
    finishedAt: null,
  },
};

/** A stream that has these events, and then says nothing until it is ended. */
async function* silentAfter(signal: AbortSignal, ...events: TaskEvent[]): AsyncGenerator<TaskEvent> {
  yield* events;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

const stateEvent = (task: Task): TaskEvent => ({ type: 'task.state', task, id: '1' });

describe('A watch of tasks', () => {
  /** A service that answers these tasks one after another, and then the last one again. */
  function watched(events: TaskWatchDependencies['events'], answers: readonly Task[], look = 60_000) {
    const waits: number[] = [];
    const get = async (_id: number, wait: number) => {
      waits.push(wait);
      return answers[waits.length - 1] ?? answers.at(-1) ?? TASK;
    };
    return { waits, watch: createTaskWatch({ get, events, look }) };
  }

  it('looks itself where a stream is open and brings nothing', async () => {
    const done: Task = { ...TASK, state: 'PROCESSED' };
    const { waits, watch } = watched((signal) => silentAfter(signal), [TASK, TASK, done], 1);
    assert.equal(await watch.settled(1, undefined, undefined), done);
    assert.deepEqual(waits, [0, 0, 0]);
  });

  it('ends by an event, without another question', async () => {
    const done: Task = { ...TASK, state: 'FAILED' };
    const { waits, watch } = watched((signal) => silentAfter(signal, stateEvent(done)), [TASK]);
    assert.equal(await watch.settled(1, undefined, undefined), done);
    assert.deepEqual(waits, [0]);
  });

  it('does not take the end of an earlier revision for the end of this one', async () => {
    const old: Task = { ...TASK, state: 'PROCESSED', revision: 1 };
    const done: Task = { ...TASK, state: 'PROCESSED' };
    const events = (signal: AbortSignal) => silentAfter(signal, stateEvent(old));
    const { watch } = watched(events, [TASK, done], 1);
    assert.equal(await watch.settled(1, undefined, undefined), done);
  });

  it('asks with a wait where the stream is refused, and opens no further one', async () => {
    let opened = 0;
    const events = (): AsyncIterable<TaskEvent> => {
      opened += 1;
      throw new TonemillError('not_found', 'There is no such path.', { status: 404 });
    };
    const done: Task = { ...TASK, state: 'PROCESSED' };
    const { waits, watch } = watched(events, [TASK, TASK, done]);
    assert.equal(await watch.settled(1, undefined, undefined), done);
    assert.equal(await watch.settled(1, undefined, undefined), done);
    assert.equal(opened, 1);
    assert.ok(waits.includes(10));
  });

  it('shares one stream between all that wait, and ends it with the last of them', async () => {
    const signals: AbortSignal[] = [];
    const events = (signal: AbortSignal) => {
      signals.push(signal);
      return silentAfter(signal);
    };
    const { watch } = watched(events, [TASK]);
    const stopping = new AbortController();
    const reason = new Error('stop');
    const waiting = Array.from({ length: 20 }, (_, id) => watch.settled(id, undefined, stopping.signal));
    const all = Promise.allSettled(waiting);
    stopping.abort(reason);
    assert.ok((await all).every((one) => one.status === 'rejected' && one.reason === reason));
    assert.equal(signals.length, 1);
    assert.ok(signals[0]?.aborted);
  });

  it('throws what its caller throws at a progress, and keeps the stream of the others', async () => {
    const signals: AbortSignal[] = [];
    const done: Task = { ...TASK, id: 2, state: 'PROCESSED' };
    const progress: TaskEvent = { type: 'task.progress', taskId: 1, progress: 0.6 };
    const failed = Promise.withResolvers<void>();
    const events = async function* (signal: AbortSignal) {
      signals.push(signal);
      yield progress;
      await failed.promise;
      yield* silentAfter(signal, stateEvent(done));
    };
    const { watch } = watched(events, [TASK]);
    const other = watch.settled(2, undefined, undefined);
    const reason = new Error('the bar is gone');
    const broken = watch.settled(
      1,
      (value) => {
        if (value > 0.5) throw reason;
      },
      undefined,
    );
    await assert.rejects(broken, (error) => error === reason);
    failed.resolve();
    assert.equal(await other, done);
    assert.equal(signals.length, 1);
  });

  it('tells the progress of its task, and of no other', async () => {
    const progress = (taskId: number, value: number): TaskEvent => ({
      type: 'task.progress',
      taskId,
      progress: value,
    });
    const done: Task = { ...TASK, state: 'PROCESSED' };
    const events = (signal: AbortSignal) =>
      silentAfter(signal, progress(1, 0.6), progress(2, 0.1), progress(1, 0.7), stateEvent(done));
    const { watch } = watched(events, [TASK]);
    const heard: number[] = [];
    await watch.settled(1, (value) => heard.push(value), undefined);
    assert.deepEqual(heard.toSorted(), [0.5, 0.6, 0.7]);
  });
});
