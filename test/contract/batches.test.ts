import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createBatchStore } from '../../lib/adapters/database/batches.ts';
import { createLeaseStore } from '../../lib/adapters/database/leases.ts';
import { createTaskResultStore } from '../../lib/adapters/database/task-results.ts';
import { createTaskStore } from '../../lib/adapters/database/tasks.ts';
import { createUserStore } from '../../lib/adapters/database/users.ts';
import type { Task } from '../../lib/ports/tasks.ts';
import { hasCode } from '../../lib/runtime/errors.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { testDatabase } from '../support/database.ts';
import { MEDIA } from '../support/media.ts';
import { recordedMessages } from '../support/recorded-queue.ts';

describe('Batches on PostgreSQL', () => {
  const database = testDatabase();
  const { messages } = recordedMessages({ transactional: true });
  const batches = () => createBatchStore(database.knex());
  const taskResults = () => createTaskResultStore(database.knex());
  const tasks = () => createTaskStore(database.knex(), messages, silentLog);
  const leases = () => createLeaseStore(database.knex(), messages, silentLog, { seconds: 60, attempts: 5 });

  const newUser = async () => {
    const name = randomUUID();
    const users = createUserStore(database.knex());
    return (await users.create({ name, email: `${name}@example.org`, passwordHash: 'hash' })).id;
  };
  const newTask = (userId: number, name = 'a.wav') => ({
    userId,
    name,
    originalExt: 'wav',
    requestedOutput: { format: 'mp3', options: {} },
    declaredSize: null,
    uploadExpiresAt: new Date(Date.now() + 60_000),
  });
  const create = (userId: number, names: readonly string[], name: string | null = null) =>
    batches().create({ userId, name, tasks: names.map((each) => newTask(userId, each)) });
  const claim = async ({ id }: Task) => {
    await tasks().markUploaded(id);
    const claimed = await leases().claim({ taskId: id, revision: 1 }, 'worker');
    assert.ok('lease' in claimed);
    return claimed.lease;
  };
  const convert = async (task: Task) =>
    leases().finish(await claim(task), MEDIA, {
      key: `${task.id}/1/a.mp3`,
      size: 2 ** 40,
      media: MEDIA,
      warnings: [],
      adaptations: [],
    });

  it('have their tasks in the order in which they came', async () => {
    const userId = await newUser();
    const names = Array.from({ length: 1000 }, (_, index) => `${index}.wav`);
    const { batch, tasks: made } = await create(userId, names, 'Album');
    assert.deepEqual(
      made.map(({ name }) => name),
      names,
    );
    assert.ok(made.every(({ batchId, state }) => batchId === batch.id && state === 'AWAITING_UPLOAD'));
    assert.deepEqual(await batches().find(batch), batch);
    assert.deepEqual([batch.name, batch.states, batch.progress], ['Album', { AWAITING_UPLOAD: 1000 }, 0]);
  });

  it('come with all of their tasks, or not at all', async () => {
    const userId = await newUser();
    const bad = [newTask(userId), newTask(userId, 'a\0b')];
    await assert.rejects(batches().create({ userId, name: null, tasks: bad }), (error) =>
      hasCode(error, 'invalid_request'),
    );
    assert.deepEqual(await batches().list(userId, { limit: 10 }), []);
    assert.deepEqual((await tasks().usage(userId)).tasks, {});
    await database.knex()('users').where({ id: userId }).delete();
    await assert.rejects(create(userId, ['a.wav']), (error) => hasCode(error, 'unauthenticated'));
  });

  it('count states, and their progress is that of all tasks', async () => {
    const userId = await newUser();
    const { batch, tasks: made } = await create(userId, ['a.wav', 'b.wav', 'c.wav', 'd.wav']);
    const [first, second, third] = made;
    assert.ok(first && second && third);
    await convert(first);
    await leases().fail(await claim(second), { code: 'not_audio', message: 'No.' }, null);
    await leases().heartbeat(await claim(third), 0.5);
    const found = await batches().find(batch);
    assert.deepEqual(found?.states, { AWAITING_UPLOAD: 1, PROCESSED: 1, FAILED: 1, PROCESSING: 1 });
    assert.equal(found?.progress, (1 + 1 + 0.5) / 4);
  });

  it('come newest first, page by page, and to their owner alone', async () => {
    const [ann, bob] = [await newUser(), await newUser()];
    const made: number[] = [];
    for (const name of ['1', '2', '3']) made.unshift((await create(ann, ['a.wav'], name)).batch.id);
    const ids = async (page: { limit: number; before?: number }, userId = ann) =>
      (await batches().list(userId, page)).map(({ id }) => id);
    assert.deepEqual(await ids({ limit: 2 }), made.slice(0, 2));
    assert.deepEqual(await ids({ limit: 2, before: made[1] ?? 0 }), made.slice(2));
    assert.deepEqual(await ids({ limit: 2 }, bob), []);
    const others = { id: made[0] ?? 0, userId: bob };
    assert.equal(await batches().find(others), undefined);
    assert.equal(await batches().hide(others), false);
    assert.deepEqual(await taskResults().ofBatch(bob, others.id), []);
  });

  it('are hidden at once, and deleted only without tasks', async () => {
    const userId = await newUser();
    const { batch, tasks: made } = await create(userId, ['a.wav', 'b.wav']);
    const isThere = async () => (await database.knex()('batches').where({ id: batch.id })).length === 1;
    await batches().delete(batch);
    assert.ok(await isThere());
    assert.equal(await batches().hide(batch), true);
    assert.equal(await batches().hide(batch), true);
    assert.equal(await batches().find(batch), undefined);
    assert.deepEqual(await batches().list(userId, { limit: 10 }), []);
    const key = { id: batch.id, userId };
    assert.deepEqual(
      (await batches().hidden(0, 1000)).filter(({ id }) => id === batch.id),
      [key],
    );
    assert.deepEqual(
      (await batches().hidden(3600, 1000)).filter(({ id }) => id === batch.id),
      [],
    );
    await batches().delete(batch);
    assert.ok(await isThere());
    const ids = made.map(({ id }) => id);
    assert.deepEqual(await batches().taskIds(batch.id, 1), ids.slice(0, 1));
    assert.deepEqual(await batches().taskIds(batch.id, 100), ids);
    for (const id of ids) await tasks().remove(id);
    await batches().delete(batch);
    assert.equal(await isThere(), false);
  });

  it('go with their user', async () => {
    const userId = await newUser();
    const { batch } = await create(userId, ['a.wav']);
    await createUserStore(database.knex()).remove(userId);
    assert.equal(await batches().find(batch), undefined);
    assert.equal(await batches().hide(batch), false);
  });

  it('give the results of their tasks, or the reason why there is none', async () => {
    const [ann, bob] = [await newUser(), await newUser()];
    const { batch, tasks: made } = await create(ann, ['a.wav', 'b.wav', 'c.wav']);
    const [first, second] = made;
    assert.ok(first && second);
    await convert(first);
    await leases().fail(await claim(second), { code: 'not_audio', message: 'No.' }, null);
    const found = await taskResults().ofBatch(ann, batch.id);
    assert.deepEqual(
      found.map(({ name, state, error, file }) => [name, state, error, file && [file.key, file.size]]),
      [
        ['a.wav', 'PROCESSED', null, [`${first.id}/1/a.mp3`, 2 ** 40]],
        ['b.wav', 'FAILED', 'No.', null],
        ['c.wav', 'AWAITING_UPLOAD', null, null],
      ],
    );
    assert.ok(found[0]?.file?.at instanceof Date);
    const ids = [second.id, first.id, 2 ** 31 - 1];
    assert.deepEqual(await taskResults().ofTasks(ann, ids), found.slice(0, 2));
    assert.deepEqual(await taskResults().ofTasks(bob, ids), []);
  });
});
