import assert from 'node:assert/strict';
import sinon from 'sinon';
import { createMessages, type Message } from '../../../../lib/cli/account/forwarded-messages.ts';
import type { Batch, Task, TaskEvent } from '../../../../lib/client/index.ts';
import { TonemillError } from '../../../../lib/client/index.ts';

const NOW = '2026-11-27T10:15:00.000Z';

/** Only what messages are made of. */
const task = (id: number, state: Task['state'], more: Partial<Task> = {}) =>
  ({
    ...{ id, state, name: `${id}.wav`, convertedExt: 'mp3', revision: 1, batchId: 5, timestamp: NOW },
    ...{ result: null, error: null, startedAt: NOW, finishedAt: NOW },
    ...more,
  }) as Task;
const state = (found: Task): TaskEvent => ({ type: 'task.state', task: found, id: '1' });

describe('The messages that tonemill webhooks listen forwards', () => {
  const batch = { id: 5, name: 'Album', total: 2, createdAt: NOW };
  const get = sinon.stub<[number], Promise<Batch>>();
  const getTask = sinon.stub<[number], Promise<Task>>();
  let messagesOf: ReturnType<typeof createMessages>;
  beforeEach(() => {
    get.reset();
    getTask.reset();
    const client = { tasks: { get: getTask }, batches: { get } };
    messagesOf = createMessages(client as unknown as Parameters<typeof createMessages>[0], Date.parse(NOW));
  });
  const all = async (event: TaskEvent): Promise<Message[]> => Array.fromAsync(messagesOf(event));
  const types = async (event: TaskEvent) => (await all(event)).map(({ type }) => type);

  it('tell the end of a batch once, after its last task, and again after it ran again', async () => {
    get.onFirstCall().resolves({ ...batch, ended: false, states: { PROCESSED: 1 } } as Batch);
    get.resolves({ ...batch, ended: true, states: { PROCESSED: 2 } } as Batch);
    assert.deepEqual(await types(state(task(1, 'PROCESSED'))), ['task.processed']);
    const [, finished] = await all(state(task(2, 'PROCESSED')));
    assert.equal(finished?.type, 'batch.finished');
    assert.deepEqual(finished?.data, { ...batch, states: { PROCESSED: 2 } });
    assert.deepEqual(await types(state(task(2, 'PROCESSED'))), []);
    assert.deepEqual(await types(state(task(2, 'UPLOADED', { revision: 2 }))), []);
    assert.deepEqual(await types(state(task(2, 'FAILED', { revision: 2 }))), [
      'task.failed',
      'batch.finished',
    ]);
  });

  it('tell the end of a batch whose last unfinished task was removed, unless nothing is left of it', async () => {
    const ended = { ...batch, ended: true, total: 1, states: { PROCESSED: 1 } } as Batch;
    get.resolves(ended);
    const removed = (taskId: number) => types({ type: 'task.removed', taskId });
    assert.deepEqual(await removed(7), []);
    await types(state(task(2, 'PROCESSING')));
    assert.deepEqual(await removed(2), ['batch.finished']);
    assert.deepEqual(await removed(2), []);
    await types(state(task(3, 'PROCESSING', { batchId: 6 })));
    get.resolves({ ...ended, total: 0, states: {} });
    assert.deepEqual(await removed(3), []);
  });

  it('tell a disabled webhook and files that are removed soon once, with the data of the service', async () => {
    const webhook = { id: 3, url: 'https://example.org/', taskId: null, batchId: null } as const;
    const disabled = { ...webhook, reason: 'gone', disabledAt: NOW } as const;
    const [message] = await all({ type: 'webhook.disabled', webhook: disabled });
    assert.deepEqual(message?.data, { ...webhook, reason: 'gone' });
    assert.deepEqual(await all({ type: 'webhook.disabled', webhook: disabled }), []);
    getTask.resolves(task(1, 'PROCESSED', { batchId: null }));
    const expiring = { type: 'task.expiring', taskId: 1, expiresAt: NOW } as const;
    const [soon] = await all(expiring);
    assert.deepEqual(soon?.data, {
      ...{ id: 1, name: '1.wav', convertedExt: 'mp3', state: 'PROCESSED', revision: 1, batchId: null },
      ...{ createdAt: NOW, finishedAt: NOW, expiresAt: NOW },
    });
    assert.deepEqual(await all(expiring), []);
  });

  it('leave out what ended before, progress, and a batch that is gone', async () => {
    const early = { finishedAt: '2026-11-27T10:14:00.000Z' };
    assert.deepEqual(await types(state(task(1, 'PROCESSED', early))), []);
    assert.deepEqual(await types({ type: 'task.progress', taskId: 1, progress: 0.5 }), []);
    get.rejects(new TonemillError('not_found', 'This batch does not exist.'));
    assert.deepEqual(await types(state(task(1, 'PROCESSED'))), ['task.processed']);
  });
});
