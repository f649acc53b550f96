import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import sinon from 'sinon';
import { createHousekeeping } from '../../../lib/adapters/database/housekeeping.ts';
import { createTaskStore } from '../../../lib/adapters/database/tasks.ts';
import { createUploadStore } from '../../../lib/adapters/database/uploads.ts';
import { createUserStore } from '../../../lib/adapters/database/users.ts';
import { createFolderStorage } from '../../../lib/adapters/storage/nfs.ts';
import { endOverdue } from '../../../lib/housekeeping/overdue-uploads.ts';
import type { Storage } from '../../../lib/ports/storage.ts';
import type { Task } from '../../../lib/ports/tasks.ts';
import { AppError } from '../../../lib/runtime/errors.ts';
import { silentLog } from '../../../lib/runtime/log.ts';
import { originalKey } from '../../../lib/tasks/object-keys.ts';
import { createUploaded } from '../../../lib/uploads/object-finalized.ts';
import { testDatabase } from '../../support/database.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { recordedMessages } from '../../support/recorded-queue.ts';

const SIZE = 10;

describe('An upload whose time is up', () => {
  const database = testDatabase();
  const folder = temporaryFolder();
  const { messages, enqueued } = recordedMessages({ transactional: false });
  const tasks = () => createTaskStore(database.knex(), messages, silentLog);
  const uploadStore = () => createUploadStore(database.knex());
  const originals = () => createFolderStorage({ root: folder(), role: 'originals', own: true });
  const uploaded = () => {
    const uploads = {
      open: sinon.stub().rejects(),
      cancel: sinon.stub().rejects(),
      discard: (key: string) => originals().remove(key),
    };
    const parts = { store: tasks(), uploadStore: uploadStore(), uploads, originals: originals() };
    return createUploaded({ ...parts, bucket: 'originals', uploadBytes: async () => 1000, log: silentLog });
  };
  const sweep = (storage: Storage = originals()) =>
    endOverdue({
      housekeeping: createHousekeeping(database.knex(), messages, silentLog, 5),
      uploadStore: uploadStore(),
      originals: storage,
      uploaded: async () => uploaded(),
      log: silentLog,
    });
  const overdue = async (age = 1000): Promise<Task> => {
    const email = `${randomUUID()}@example.org`;
    const user = await createUserStore(database.knex()).create({ name: email, email, passwordHash: 'x' });
    return tasks().create({
      ...{
        userId: user.id,
        name: 'a.wav',
        originalExt: 'wav',
        requestedOutput: { format: 'mp3', options: {} },
      },
      ...{ declaredSize: SIZE, uploadExpiresAt: new Date(Date.now() - age) },
    });
  };
  const send = (task: Task, bytes = SIZE) =>
    originals().put(originalKey(task), Readable.from([Buffer.alloc(bytes)]));
  const now = async ({ id }: Task) => tasks().find(id);

  it('expires where nothing came, and not before', async () => {
    const [task, other] = [await overdue(), await overdue(-60_000)];
    assert.deepEqual(await sweep(), { expiredUploads: 1, foundUploads: 0 });
    assert.equal((await now(task))?.state, 'EXPIRED');
    assert.equal((await now(other))?.state, 'AWAITING_UPLOAD');
  });

  it('goes on where its original is there, and only the event was lost', async () => {
    const task = await overdue();
    await send(task);
    assert.deepEqual(await sweep(), { expiredUploads: 0, foundUploads: 1 });
    assert.equal((await now(task))?.state, 'UPLOADED');
    assert.deepEqual(enqueued, [{ taskId: task.id, revision: 1 }]);
    assert.deepEqual(await sweep(), { expiredUploads: 0, foundUploads: 0 });
  });

  it('fails where what is there is not what was declared, which is not kept', async () => {
    const task = await overdue();
    await send(task, SIZE - 1);
    assert.deepEqual(await sweep(), { expiredUploads: 0, foundUploads: 1 });
    assert.equal((await now(task))?.error?.code, 'size_mismatch');
    assert.equal(await originals().stat(originalKey(task)), undefined);
    assert.deepEqual(enqueued, []);
  });

  it('enqueues once, whether its event comes after all or ten sweeps meet', async () => {
    const task = await overdue();
    await send(task);
    const told = { bucket: 'originals', key: originalKey(task), version: '1', size: SIZE };
    await Promise.all(Array.from({ length: 10 }, () => Promise.all([sweep(), uploaded()(told)])));
    assert.equal((await now(task))?.state, 'UPLOADED');
    assert.deepEqual(enqueued, [{ taskId: task.id, revision: 1 }]);
  });

  it('stays open while the storage does not answer', async () => {
    const task = await overdue();
    const away = { ...originals(), stat: async () => Promise.reject(new AppError('unavailable', 'Away.')) };
    assert.deepEqual(await sweep(away), { expiredUploads: 0, foundUploads: 0 });
    assert.equal((await now(task))?.state, 'AWAITING_UPLOAD');
    assert.deepEqual(await sweep(), { expiredUploads: 1, foundUploads: 0 });
  });
});
