import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sinon from 'sinon';
import { createTaskStore } from '../../../lib/adapters/database/tasks.ts';
import { createUploadStore } from '../../../lib/adapters/database/uploads.ts';
import { createUserStore } from '../../../lib/adapters/database/users.ts';
import { createFolderStorage } from '../../../lib/adapters/storage/nfs.ts';
import { createPartialFiles } from '../../../lib/adapters/storage/nfs-partial-files.ts';
import { createFolderUploads } from '../../../lib/adapters/storage/nfs-uploads.ts';
import type { OpenedUpload } from '../../../lib/ports/uploads.ts';
import { AppError, hasCode } from '../../../lib/runtime/errors.ts';
import { silentLog } from '../../../lib/runtime/log.ts';
import { cancelEnded, createUploadSessions } from '../../../lib/uploads/upload-sessions.ts';
import { testDatabase } from '../../support/database.ts';
import { temporaryFolder } from '../../support/folders.ts';

describe('An upload session', () => {
  const database = testDatabase();
  const folder = temporaryFolder();
  const messages = { transactional: true, enqueue: async () => undefined };
  const tasks = () => createTaskStore(database.knex(), messages, silentLog);
  const uploadStore = () => createUploadStore(database.knex());
  const uploads = {
    open: sinon.stub<[unknown], Promise<OpenedUpload>>(),
    cancel: sinon.stub<[string], Promise<void>>(),
    discard: sinon.stub().resolves(),
  };
  let userId = 0;

  beforeEach(async () => {
    const person = { name: randomUUID(), email: `${randomUUID()}@example.org`, passwordHash: 'x' };
    userId = (await createUserStore(database.knex()).create(person)).id;
    for (const stub of Object.values(uploads)) stub.reset();
    uploads.cancel.resolves();
    uploads.open.resolves({ url: 'https://storage/session', session: 'https://storage/session' });
  });

  const openSession = () => {
    const requestedOutput = { format: 'mp3', options: {} };
    const uploadSessions = createUploadSessions({
      ...{ store: tasks(), uploadStore: uploadStore(), uploads, uploadBytes: 1000 },
      tasks: { check: async (name) => ({ name, requestedOutput }) },
      formats: async () => [],
      clock: { now: () => new Date() },
    });
    const service = 'http://localhost';
    const asked = { filename: 'a.wav', newFormat: 'mp3', size: 10, origin: undefined, service };
    return uploadSessions.open(userId, { ...asked, options: undefined });
  };
  const mine = () => tasks().list(userId, { limit: 10, descending: false });
  const expire = (id: number) => uploadStore().abandon(id);
  const cancelAll = (through = uploads) =>
    cancelEnded({ uploads: through, uploadStore: uploadStore(), log: silentLog });

  it('that cannot be opened leaves no task', async () => {
    uploads.open.rejects(new AppError('unavailable', 'Cloud Storage is away.'));
    await assert.rejects(openSession(), (error) => hasCode(error, 'unavailable'));
    assert.deepEqual(await mine(), []);
  });

  it('whose task is removed while it is opened is cancelled', async () => {
    uploads.open.callsFake(async () => {
      for (const { id } of await mine()) await tasks().remove(id, userId);
      return { url: 'https://storage/late', session: 'https://storage/late' };
    });
    await assert.rejects(openSession(), (error) => hasCode(error, 'not_found'));
    sinon.assert.calledOnceWithExactly(uploads.cancel, 'https://storage/late');
  });

  it('that is not used expires, and is cancelled as soon as that is possible', async () => {
    const { task } = await openSession();
    await expire(task.id);
    uploads.cancel.rejects(new AppError('unavailable', 'Cloud Storage is away.'));
    assert.equal(await cancelAll(), 0);
    uploads.cancel.reset();
    uploads.cancel.resolves();
    assert.equal(await cancelAll(), 1);
    sinon.assert.calledOnceWithExactly(uploads.cancel, 'https://storage/session');
    assert.equal(await cancelAll(), 0);
    assert.equal((await tasks().find(task.id))?.state, 'EXPIRED');
  });

  it('that expires half-way leaves no part of a file in a folder', async () => {
    const root = { root: join(folder(), 'originals'), role: 'originals', own: true } as const;
    const [originals, partials] = [createFolderStorage(root), createPartialFiles(root)];
    const ours = createFolderUploads({ originals, partials, sign: async () => 'token' });
    const { task } = await openSession();
    await uploadStore().recordSession(task.id, String(task.id));
    await partials.write(task.id, 0, [Buffer.from('half')], { durable: true });
    assert.deepEqual(await readdir(join(root.root, '.partial')), [`${task.id}.upload`]);
    await expire(task.id);
    assert.equal(await cancelEnded({ uploads: ours, uploadStore: uploadStore(), log: silentLog }), 1);
    assert.deepEqual(await readdir(join(root.root, '.partial')), []);
  });
});
