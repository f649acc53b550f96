import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import sinon from 'sinon';
import { createBatchStore } from '../../../lib/adapters/database/batches.ts';
import { createTaskStore } from '../../../lib/adapters/database/tasks.ts';
import { createUserStore } from '../../../lib/adapters/database/users.ts';
import type { BatchKey } from '../../../lib/ports/batches.ts';
import type { Task } from '../../../lib/ports/tasks.ts';
import { AppError, hasCode } from '../../../lib/runtime/errors.ts';
import { silentLog } from '../../../lib/runtime/log.ts';
import { createBatches } from '../../../lib/tasks/batches.ts';
import { testDatabase } from '../../support/database.ts';
import { recordedMessages } from '../../support/recorded-queue.ts';

describe('The removal of a batch', () => {
  const database = testDatabase();
  const { messages } = recordedMessages({ transactional: true });
  const store = () => createBatchStore(database.knex());
  const rows = () => createTaskStore(database.knex(), messages, silentLog);
  const remove = sinon.stub<[number, number], Promise<Task>>();
  const batches = () => createBatches({ store: store(), tasks: { remove }, log: silentLog });

  beforeEach(() => {
    remove.reset();
    remove.callsFake(async (userId, id) => {
      const task = await rows().remove(id, userId);
      if (!task) throw new AppError('not_found', 'This task does not exist.');
      return task;
    });
  });

  async function newBatch(count: number): Promise<BatchKey> {
    const name = randomUUID();
    const users = createUserStore(database.knex());
    const { id: userId } = await users.create({ name, email: `${name}@example.org`, passwordHash: 'x' });
    const task = {
      ...{ userId, name: 'a.wav', originalExt: 'wav', declaredSize: null },
      requestedOutput: { format: 'mp3', options: {} },
      uploadExpiresAt: new Date(Date.now() + 60_000),
    };
    const tasks = Array.from({ length: count }, () => task);
    return (await store().create({ userId, name: null, tasks })).batch;
  }
  const isThere = async ({ id }: BatchKey) => (await database.knex()('batches').where({ id })).length === 1;
  /** Makes it so long ago that a batch was hidden that its removal must have broken off. */
  const wait = ({ id }: BatchKey) =>
    database
      .knex()('batches')
      .where({ id })
      .update({ removed_at: new Date(0) });
  const breakOff = async (key: BatchKey) => {
    remove.onCall(2).rejects(new AppError('unavailable', 'The storage is away.'));
    await assert.rejects(batches().remove(key), (error) => hasCode(error, 'unavailable'));
    assert.ok(await isThere(key));
    assert.ok((await store().taskIds(key.id, 100)).length > 0);
    await assert.rejects(batches().get(key), (error) => hasCode(error, 'not_found'));
  };

  it('goes on with the next request after it broke off', async () => {
    const key = await newBatch(10);
    await breakOff(key);
    await batches().remove(key);
    assert.equal(await isThere(key), false);
    await assert.rejects(batches().remove(key), (error) => hasCode(error, 'not_found'));
  });

  it('goes on with a sweep after it broke off, but not while a request may still be at it', async () => {
    const key = await newBatch(250);
    await breakOff(key);
    assert.equal(await batches().finishRemovals(), 0);
    assert.ok(await isThere(key));
    await wait(key);
    remove.onCall(remove.callCount).rejects(new AppError('unavailable', 'The storage is away.'));
    assert.equal(await batches().finishRemovals(), 0);
    assert.equal(await batches().finishRemovals(), 1);
    assert.equal(await isThere(key), false);
    assert.deepEqual(await store().taskIds(key.id, 100), []);
  });

  it('ends once for two requests at once', async () => {
    const key = await newBatch(50);
    await Promise.all([batches().remove(key), batches().remove(key)]);
    assert.equal(await isThere(key), false);
  });
});
