import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createBatchStore } from '../../lib/adapters/database/batches.ts';
import { createChangedTaskStore } from '../../lib/adapters/database/changed-tasks.ts';
import { createLeaseStore } from '../../lib/adapters/database/leases.ts';
import { createPolledChanges } from '../../lib/adapters/database/polled-task-changes.ts';
import { CHANGE_CHANNEL } from '../../lib/adapters/database/task-change-triggers.ts';
import { createNotifiedChanges } from '../../lib/adapters/database/task-changes.ts';
import { createTaskStore } from '../../lib/adapters/database/tasks.ts';
import { createUploadStore } from '../../lib/adapters/database/uploads.ts';
import { createUserStore } from '../../lib/adapters/database/users.ts';
import { createDeliveryStore } from '../../lib/adapters/database/webhook-deliveries.ts';
import { createWebhookStore } from '../../lib/adapters/database/webhooks.ts';
import { hasEnded } from '../../lib/ports/batches.ts';
import type { TaskChange, TaskChanges } from '../../lib/ports/task-changes.ts';
import { createLog, silentLog } from '../../lib/runtime/log.ts';
import { createTaskEvents, type TaskEvent, type TaskEvents } from '../../lib/tasks/task-events.ts';
import { testDatabase } from '../support/database.ts';
import { deliveriesOn } from '../support/deliveries.ts';
import { recordedMessages } from '../support/recorded-queue.ts';

for (const kind of ['notified', 'polled'] as const) {
  describe(`Changes of tasks that are ${kind}`, function () {
    this.timeout(20_000);
    const database = testDatabase();
    const { messages } = recordedMessages({ transactional: true });
    const tasks = () => createTaskStore(database.knex(), messages, silentLog);
    const leases = () => createLeaseStore(database.knex(), messages, silentLog, { seconds: 60, attempts: 5 });
    let changes: TaskChanges;
    beforeEach(() => {
      changes =
        kind === 'notified'
          ? createNotifiedChanges(database.url(), silentLog)
          : createPolledChanges(database.knex(), silentLog);
    });
    afterEach(() => changes.close());

    const newUser = async () => {
      const name = randomUUID();
      const users = createUserStore(database.knex());
      return (await users.create({ name, email: `${name}@example.org`, passwordHash: 'hash' })).id;
    };
    const newTask = (userId: number) =>
      tasks().create({
        userId,
        name: 'a.wav',
        originalExt: 'wav',
        requestedOutput: { format: 'mp3', options: {} },
        declaredSize: null,
        uploadExpiresAt: new Date(Date.now() + 60_000),
      });

    /** Resolves with the first change that fits. */
    async function changeOf(userId: number, fits: (change: TaskChange) => boolean) {
      const found = Promise.withResolvers<TaskChange>();
      const onChange = (change: TaskChange) => fits(change) && found.resolve(change);
      const stop = await changes.listen(userId, {
        onChange,
        onGap: () => undefined,
        onWebhookDisabled: () => undefined,
      });
      return { seen: found.promise.finally(stop) };
    }

    it('come to the listeners of their user alone, with rising numbers', async () => {
      const [ann, bob] = [await newUser(), await newUser()];
      const others: TaskChange[] = [];
      await changes.listen(bob, {
        onChange: (change) => others.push(change),
        onGap: () => undefined,
        onWebhookDisabled: () => undefined,
      });
      const created = await changeOf(ann, ({ state }) => state === 'AWAITING_UPLOAD');
      const task = await newTask(ann);
      const first = await created.seen;
      const uploaded = await changeOf(ann, ({ state }) => state === 'UPLOADED');
      await tasks().markUploaded(task.id);
      const second = await uploaded.seen;
      assert.deepEqual([first.taskId, second.taskId], [task.id, task.id]);
      assert.ok((second.number ?? 0) > (first.number ?? 0));
      assert.deepEqual(others, []);
    });

    it('come to a first listener also if later ones of other users follow at once', async () => {
      const [ann, bob] = [await newUser(), await newUser()];
      const created = await changeOf(ann, ({ state }) => state === 'AWAITING_UPLOAD');
      const task = await newTask(ann);
      for (let count = 0; count < 3; count++) await newTask(bob);
      assert.equal((await created.seen).taskId, task.id);
    });

    it('tell progress without a number, and the end with one', async () => {
      const ann = await newUser();
      await changes.listen(ann, {
        onChange: () => undefined,
        onGap: () => undefined,
        onWebhookDisabled: () => undefined,
      });
      const task = await newTask(ann);
      await tasks().markUploaded(task.id);
      const started = await changeOf(ann, ({ state }) => state === 'PROCESSING');
      const claimed = await leases().claim({ taskId: task.id, revision: 1 }, 'worker');
      assert.ok('lease' in claimed);
      await started.seen;
      const moved = await changeOf(ann, ({ progress }) => progress === 0.5);
      await leases().heartbeat(claimed.lease, 0.5);
      assert.equal((await moved.seen).number, null);
      const ended = await changeOf(ann, ({ state }) => state === 'FAILED');
      await leases().fail(claimed.lease, { code: 'not_audio', message: 'No.' }, null);
      assert.notEqual((await ended.seen).number, null);
    });

    it('lead the stream of all tasks to a webhook that the service disables, and no other stream', async () => {
      const { webhook, pending } = deliveriesOn(() => database.knex());
      const { id, userId } = await webhook('https://example.org/hook');
      const task = await newTask(userId);
      const told: number[] = [];
      const listener = { onChange: () => undefined, onGap: () => undefined };
      await changes.listen(await newUser(), { ...listener, onWebhookDisabled: (other) => told.push(other) });
      const events = createTaskEvents({
        store: createChangedTaskStore(database.knex()),
        batches: createBatchStore(database.knex()),
        webhooks: createWebhookStore(database.knex()),
        changes,
      });
      const { signal } = new AbortController();
      const all = await events.watch({ userId, taskId: undefined, after: undefined }, signal);
      const one = await events.watch({ userId, taskId: task.id, after: undefined }, signal);
      for (const stream of [all, one]) assert.equal(stateOf(await stream.next()), 'AWAITING_UPLOAD');
      const [next, other] = [all.next(), one.next()];
      await createDeliveryStore(database.knex()).addTest(id, 10);
      const [claimed = assert.fail()] = await pending().claim(
        { all: 1, perHost: 1, perUser: 1 },
        { hosts: {}, users: {} },
        60,
      );
      await pending().record(claimed, { status: 410, answer: '', error: null, seconds: 1 }, 'gone');
      const { value: event } = await next;
      assert.ok(event?.type === 'webhook-disabled');
      assert.deepEqual([event.webhook.id, event.webhook.disabledReason], [id, 'gone']);
      await tasks().markUploaded(task.id);
      assert.equal(stateOf(await other), 'UPLOADED');
      assert.deepEqual(told, []);
    });

    it('lead a stream that reads slowly to the newest state of each task', async () => {
      const ann = await newUser();
      const events = createTaskEvents({
        store: createChangedTaskStore(database.knex()),
        batches: createBatchStore(database.knex()),
        webhooks: createWebhookStore(database.knex()),
        changes,
      });
      const abort = new AbortController();
      const stream = await events.watch({ userId: ann, taskId: undefined, after: undefined }, abort.signal);
      const first = stream.next();
      const task = await newTask(ann);
      assert.equal(stateOf(await first), 'AWAITING_UPLOAD');
      await tasks().markUploaded(task.id);
      await tasks().change(task.id, ann, { format: 'flac', options: {} });
      const last = await until(stream, ({ task: { revision } }) => revision === 2);
      assert.equal(last.task.requestedOutput.format, 'flac');
      abort.abort();
      assert.deepEqual(await stream.next(), { value: undefined, done: true });
    });

    it('lead a stream of a batch through its tasks alone, until all of them have ended', async () => {
      const ann = await newUser();
      const batches = createBatchStore(database.knex());
      const events = createTaskEvents({
        store: createChangedTaskStore(database.knex()),
        batches,
        webhooks: createWebhookStore(database.knex()),
        changes,
      });
      const task = {
        ...{ userId: ann, name: 'a.wav', originalExt: 'wav', declaredSize: null },
        requestedOutput: { format: 'mp3', options: {} },
        uploadExpiresAt: new Date(Date.now() + 60_000),
      };
      const made = await batches.create({ userId: ann, name: null, tasks: [task, task] });
      const watched = { userId: ann, taskId: undefined, batchId: made.batch.id, after: undefined };
      const stream = await events.watch(watched, new AbortController().signal);
      const settled = events.batchSettled(made.batch, new AbortController().signal);
      const seen: TaskEvent[] = [];
      for await (const event of stream) {
        seen.push(event);
        if (event.type === 'batch' && hasEnded(event.batch)) break;
        if (seen.length !== 3) continue;
        await newTask(ann);
        for (const { id } of made.tasks) await createUploadStore(database.knex()).abandon(id);
      }
      await settled;
      const [first, ...rest] = seen;
      assert.deepEqual(first?.type === 'batch' && first.batch.states, { AWAITING_UPLOAD: 2 });
      const tasksSeen = rest.flatMap((event) => (event.type === 'state' ? [event.task] : []));
      const ids = made.tasks.map(({ id }) => id);
      assert.deepEqual([...new Set(tasksSeen.map(({ id }) => id))], ids);
      assert.equal(tasksSeen.filter(({ state }) => state === 'EXPIRED').length, 2);
    });
  });
}

describe('The connection for changes of tasks', function () {
  this.timeout(20_000);
  const database = testDatabase();
  const { messages } = recordedMessages({ transactional: true });

  it('takes what it cannot read for a gap, and goes on', async () => {
    const logged: string[] = [];
    const log = createLog(({ message }) => logged.push(message));
    const changes = createNotifiedChanges(database.url(), log);
    const told: string[] = [];
    const both = Promise.withResolvers<void>();
    const onChange = ({ state }: TaskChange) => {
      told.push(String(state));
      both.resolve();
    };
    await changes.listen(7, { onChange, onGap: () => told.push('gap'), onWebhookDisabled: () => undefined });
    for (const payload of ['[7, 1, 1, "POSTPONED", 0, null]', 'no JSON', '[7, 1, 2, "PROCESSED", 1, null]'])
      await database.knex().raw('select pg_notify(?, ?)', [CHANGE_CHANNEL, payload]);
    await both.promise;
    assert.deepEqual(told, ['gap', 'gap', 'PROCESSED']);
    assert.equal(logged.length, 2);
    await changes.close();
  });

  it('opens again after a loss, and streams get what they missed', async () => {
    const users = createUserStore(database.knex());
    const { id: userId } = await users.create({
      name: 'ann',
      email: 'ann@example.org',
      passwordHash: 'hash',
    });
    const tasks = createTaskStore(database.knex(), messages, silentLog);
    const changes = createNotifiedChanges(database.url(), silentLog);
    const events: TaskEvents = createTaskEvents({
      webhooks: { find: async () => undefined },
      store: createChangedTaskStore(database.knex()),
      batches: createBatchStore(database.knex()),
      changes,
    });
    const stream = await events.watch(
      { userId, taskId: undefined, after: undefined },
      new AbortController().signal,
    );
    const first = stream.next();
    const requestedOutput = { format: 'mp3', options: {} };
    const made = { userId, name: 'a.wav', originalExt: 'wav', requestedOutput, declaredSize: null };
    const task = await tasks.create({ ...made, uploadExpiresAt: new Date(Date.now() + 60_000) });
    assert.equal(stateOf(await first), 'AWAITING_UPLOAD');
    const { rowCount } = await database
      .knex()
      .raw(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tonemill-listen' and datname = current_database()",
      );
    assert.equal(rowCount, 1);
    await tasks.markUploaded(task.id);
    assert.equal(stateOf(await stream.next()), 'UPLOADED');
    const ended = stream.next();
    await events.close();
    assert.equal((await ended).done, true);
  });
});

function stateOf({ value }: IteratorResult<TaskEvent>): string | undefined {
  return value?.type === 'state' ? value.task.state : undefined;
}

async function until(
  stream: AsyncGenerator<TaskEvent>,
  fits: (event: Extract<TaskEvent, { type: 'state' }>) => boolean,
): Promise<Extract<TaskEvent, { type: 'state' }>> {
  for await (const event of { [Symbol.asyncIterator]: () => ({ next: () => stream.next() }) })
    if (event.type === 'state' && fits(event)) return event;
  throw new Error('the stream ended');
}
