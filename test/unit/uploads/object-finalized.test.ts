import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import sinon from 'sinon';
import { createTaskStore } from '../../../lib/adapters/database/tasks.ts';
import { createUploadStore } from '../../../lib/adapters/database/uploads.ts';
import { createUserStore } from '../../../lib/adapters/database/users.ts';
import { createFolderStorage } from '../../../lib/adapters/storage/nfs.ts';
import type { Task } from '../../../lib/ports/tasks.ts';
import { silentLog } from '../../../lib/runtime/log.ts';
import { createUploaded, type FinalizedObject } from '../../../lib/uploads/object-finalized.ts';
import { testDatabase } from '../../support/database.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { recordedMessages } from '../../support/recorded-queue.ts';

const LIMIT = 1000;

describe('An original that its bucket reports', () => {
  const database = testDatabase();
  const folder = temporaryFolder();
  const discard = sinon.stub().resolves();
  const { messages, enqueued } = recordedMessages({ transactional: false });
  const tasks = () => createTaskStore(database.knex(), messages, silentLog);
  const uploadStore = () => createUploadStore(database.knex());
  const originals = () => createFolderStorage({ root: folder(), role: 'originals', own: true });
  const uploaded = (object: Partial<FinalizedObject> & { key: string }) => {
    const uploads = { open: sinon.stub().rejects(), cancel: sinon.stub().rejects(), discard };
    const parts = { store: tasks(), uploadStore: uploadStore(), uploads, originals: originals() };
    const place = createUploaded({
      ...parts,
      bucket: 'originals',
      uploadBytes: async () => LIMIT,
      log: silentLog,
    });
    return place({ bucket: 'originals', version: '5', size: 10, ...object });
  };
  const opened = async (declaredSize: number | null = null): Promise<Task> => {
    const email = `${randomUUID()}@example.org`;
    const user = await createUserStore(database.knex()).create({ name: email, email, passwordHash: 'x' });
    const task = await tasks().create({
      userId: user.id,
      name: 'a.wav',
      originalExt: 'wav',
      requestedOutput: { format: 'mp3', options: {} },
      declaredSize,
      uploadExpiresAt: new Date(Date.now() + 60_000),
    });
    await uploadStore().recordSession(task.id, `session ${task.id}`);
    return task;
  };
  const keyOf = ({ id }: Task) => `${id}/a.wav`;
  const now = async ({ id }: Task) => tasks().find(id);

  beforeEach(() => {
    discard.resetHistory();
  });

  it('has its task go on, and enqueues once, however often it is reported at once', async () => {
    const task = await opened(10);
    const told = await Promise.all(Array.from({ length: 20 }, () => uploaded({ key: keyOf(task) })));
    assert.deepEqual(told.sort(), [...Array<string>(19).fill('known'), 'uploaded']);
    assert.deepEqual(enqueued, [{ taskId: task.id, revision: 1 }]);
    assert.equal((await now(task))?.state, 'UPLOADED');
    sinon.assert.notCalled(discard);
  });

  for (const [what, size, declared, code] of [
    ['over the limit', LIMIT + 1, null, 'too_large'],
    ['smaller than declared', 9, 10, 'size_mismatch'],
    ['larger than declared', 11, 10, 'size_mismatch'],
  ] as const) {
    it(`fails its task when it is ${what}, and is not kept, however often it is reported`, async () => {
      const task = await opened(declared);
      for (let time = 0; time < 2; time++) {
        assert.equal(await uploaded({ key: keyOf(task), size }), 'refused');
        sinon.assert.callCount(discard, time + 1);
        sinon.assert.alwaysCalledWithExactly(discard, keyOf(task), '5');
      }
      const failed = await now(task);
      assert.equal(failed?.state, 'FAILED');
      assert.equal(failed.error?.code, code);
      assert.deepEqual(enqueued, []);
    });
  }

  it('is looked up where the event does not say its size', async () => {
    const task = await opened(4);
    assert.equal(await uploaded({ key: keyOf(task), size: undefined }), 'unplaced');
    await originals().put(keyOf(task), Readable.from([Buffer.from('RIFF')]));
    assert.equal(await uploaded({ key: keyOf(task), size: undefined }), 'uploaded');
  });

  it('is removed, that version only, when its task expired or was removed before it came', async () => {
    const [expired, removed] = [await opened(), await opened()];
    await uploadStore().abandon(expired.id);
    await tasks().remove(removed.id);
    for (const task of [expired, removed]) {
      assert.equal(await uploaded({ key: keyOf(task), version: '42' }), 'late');
      sinon.assert.calledWithExactly(discard, keyOf(task), '42');
    }
    assert.deepEqual(enqueued, []);
  });

  it('is left alone while it has no row, which may be about to commit', async () => {
    const task = await opened();
    for (const object of [
      { key: `${2 ** 31 - 1}/a.wav` },
      { key: `${task.id}/other.wav` },
      { key: `${task.id}/1/a.mp3` },
      { key: 'a.wav' },
      { key: '99999999999/a.wav' },
      { key: keyOf(task), bucket: 'results' },
    ]) {
      assert.equal(await uploaded(object), 'unplaced', JSON.stringify(object));
    }
    sinon.assert.notCalled(discard);
    assert.deepEqual(enqueued, []);
    assert.equal((await now(task))?.state, 'AWAITING_UPLOAD');
  });
});
