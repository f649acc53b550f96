import assert from 'node:assert/strict';
import { eventRoutes } from '../../../../lib/http/routes/events.ts';
import type { Task } from '../../../../lib/ports/tasks.ts';
import type { TaskEvent } from '../../../../lib/tasks/task-events.ts';

const EXPIRES = new Date('2027-03-01T00:00:00Z');

const TASK: Task = {
  ...{ id: 7, userId: 1, batchId: null, name: 'a.wav', originalExt: 'wav', state: 'PROCESSED' },
  requestedOutput: { format: 'mp3', options: {} },
  ...{ revision: 1, attempt: 1, declaredSize: null, checksums: null, cover: null, source: null },
  ...{ destination: null, delivered: null, progress: 1, media: null, result: null, error: null },
  ...{ uploadExpiresAt: EXPIRES, createdAt: EXPIRES, startedAt: null, finishedAt: null },
  ...{ expiresAt: EXPIRES, isExpiring: false },
};

describe('A stream of events', () => {
  /** Names of the events for tasks that change one after another, and the data of the last one. */
  async function streamed(...tasks: Task[]) {
    async function* events(): AsyncGenerator<TaskEvent> {
      for (const [number, task] of tasks.entries()) yield { type: 'state', number, task };
    }
    const none = async () => undefined;
    const watch = async () => events();
    const authenticate = async () => ({ userId: 1, email: '', scopes: ['tasks:read'] as const });
    const taskEvents = { watch, settled: none, batchSettled: none, close: none };
    const router = eventRoutes({ auth: { authenticate }, taskEvents });
    const answer = await router.request('/api/events', { headers: { Authorization: 'Bearer token' } });
    const text = await answer.text();
    const names = [...text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name);
    const last = [...text.matchAll(/^data: (.*)$/gm)].at(-1)?.[1] ?? '';
    return { names, last: JSON.parse(last) };
  }

  it('tells after the state of a task that its files are removed soon', async () => {
    const { names, last } = await streamed(TASK, { ...TASK, isExpiring: true });
    assert.deepEqual(names, ['task.state', 'task.state', 'task.expiring']);
    assert.deepEqual(last, { id: 7, expiresAt: EXPIRES.toISOString() });
  });

  it('tells no such thing of a task whose files are gone', async () => {
    const { names } = await streamed({ ...TASK, state: 'EXPIRED', isExpiring: true });
    assert.deepEqual(names, ['task.state']);
  });
});
