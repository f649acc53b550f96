import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import sinon from 'sinon';
import { createBatchStore } from '../../../lib/adapters/database/batches.ts';
import { createTaskStore } from '../../../lib/adapters/database/tasks.ts';
import { createTransferStore } from '../../../lib/adapters/database/transfers.ts';
import { createUploadStore } from '../../../lib/adapters/database/uploads.ts';
import { createUserStore } from '../../../lib/adapters/database/users.ts';
import { createWebhookStore } from '../../../lib/adapters/database/webhooks.ts';
import { createFolderStorage } from '../../../lib/adapters/storage/nfs.ts';
import { createPartialFiles } from '../../../lib/adapters/storage/nfs-partial-files.ts';
import { createFolderUploads } from '../../../lib/adapters/storage/nfs-uploads.ts';
import type { OpenedUpload } from '../../../lib/ports/uploads.ts';
import type { WebhookScope } from '../../../lib/ports/webhooks.ts';
import { AppError, hasCode } from '../../../lib/runtime/errors.ts';
import { silentLog } from '../../../lib/runtime/log.ts';
import { createAddressRules } from '../../../lib/transfers/addresses.ts';
import {
  cancelEnded,
  createUploadSessions,
  type UploadSessionDependencies,
} from '../../../lib/uploads/upload-sessions.ts';
import { testDatabase } from '../../support/database.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { NO_WEBHOOKS } from '../../support/webhooks.ts';

describe('An upload session', () => {
  const database = testDatabase();
  const folder = temporaryFolder();
  const messages = {
    transactional: true,
    maxMessages: Number.POSITIVE_INFINITY,
    enqueue: async () => undefined,
  };
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

  const openSession = () => sessions().open(userId, request('a.wav'));
  const request = (filename: string) => ({
    ...{ filename, newFormat: 'mp3', options: undefined, size: 10, origin: undefined },
    ...{ source: undefined, destination: undefined, service: 'http://localhost' },
  });
  const sessions = (webhooks: UploadSessionDependencies['webhooks'] = NO_WEBHOOKS) => {
    const requestedOutput = { format: 'mp3', options: {} };
    return createUploadSessions({
      batches: createBatchStore(database.knex()),
      ...{ store: tasks(), uploadStore: uploadStore(), uploads, uploadBytes: async () => 1000 },
      tasks: { check: async (_userId, name) => ({ name, requestedOutput }) },
      addresses: createAddressRules({ check: () => undefined }, []),
      wakeImports: async () => undefined,
      transfers: createTransferStore(database.knex()),
      webhooks,
      formats: async () => [],
      clock: { now: () => new Date() },
    });
  };
  const mine = () => tasks().list({ userId, email: '' }, { limit: 10, descending: false });
  const expire = (id: number) => uploadStore().abandon(id);
  const cancelAll = (through = uploads) =>
    cancelEnded({ uploads: through, uploadStore: uploadStore(), log: silentLog });

  it('of an import begins after the webhook of its task is there, which else would miss the events of a quick one', async () => {
    const webhook = { url: 'https://example.org/hook', events: ['task.failed'] } as const;
    const due: number[][] = [];
    const note = async () => void due.push(await createTransferStore(database.knex()).dueTasks(100));
    const webhooks = {
      check: async () => undefined,
      createFor: async (owner: number, scope: Partial<WebhookScope>) => {
        await note();
        const added = { userId: owner, ...webhook, secret: 'whsec_x' };
        const of = { taskId: null, batchId: null, ...scope };
        return { webhook: await createWebhookStore(database.knex()).addFor(of, added), secret: added.secret };
      },
    };
    const imported = { ...request('a.wav'), source: 'https://example.org/a.wav' };
    const { task } = await sessions(webhooks).open(userId, { ...imported, webhook });
    await note();
    const { batch } = await sessions(webhooks).openBatch(userId, { name: null, webhook }, [imported]);
    await note();
    const [first, second = []] = [due[0], due[3]];
    assert.deepEqual([first, due[1], due[2]], [[], [task.id], [task.id]]);
    assert.ok(batch.id > 0);
    assert.equal(second.length, 2);
  });

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

  it('of a batch that cannot be opened leaves neither batch nor tasks, and cancels the others', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `${index}.wav`);
    let open = 0;
    let most = 0;
    uploads.open.callsFake(async () => {
      const count = uploads.open.callCount;
      most = Math.max(most, ++open);
      await setImmediate();
      open -= 1;
      if (count === 30) throw new AppError('unavailable', 'Cloud Storage is away.');
      return { url: `https://storage/${count}`, session: `https://storage/${count}` };
    });
    await assert.rejects(sessions().openBatch(userId, { name: 'Album' }, names.map(request)), (error) =>
      hasCode(error, 'unavailable'),
    );
    assert.equal(most, 16);
    assert.deepEqual(await mine(), []);
    assert.deepEqual(await createBatchStore(database.knex()).list(userId, { limit: 10 }), []);
    await cancelAll();
    const cancelled = new Set(uploads.cancel.args.map(([session]) => session));
    assert.equal(cancelled.size, names.length - 1);
  });
});
