import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { createReceivedBytesStore } from '../../../lib/adapters/database/received-bytes.ts';
import { createTaskStore } from '../../../lib/adapters/database/tasks.ts';
import { createUploadStore } from '../../../lib/adapters/database/uploads.ts';
import { createUserStore } from '../../../lib/adapters/database/users.ts';
import { createFolderStorage } from '../../../lib/adapters/storage/nfs.ts';
import type { Storage } from '../../../lib/ports/storage.ts';
import { silentLog } from '../../../lib/runtime/log.ts';
import { createWorkspaces } from '../../../lib/runtime/working-folders.ts';
import { createCovers } from '../../../lib/tasks/covers.ts';
import { originalKey } from '../../../lib/tasks/object-keys.ts';
import { createAddressRules } from '../../../lib/transfers/addresses.ts';
import type { FormFile } from '../../../lib/uploads/form-file.ts';
import { createFormUploads } from '../../../lib/uploads/form-upload.ts';
import { testDatabase } from '../../support/database.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { recordedMessages } from '../../support/recorded-queue.ts';
import { NO_WEBHOOKS } from '../../support/webhooks.ts';

const OUTPUT = { format: 'mp3', options: {} };

for (const local of [true, false])
  describe(`A form that comes again after its process died, ${local ? 'with folders' : 'with buckets'}`, () => {
    const database = testDatabase();
    const folder = temporaryFolder();
    const { messages } = recordedMessages({ transactional: true });
    const store = () => createTaskStore(database.knex(), messages, silentLog);
    let originals: Storage;
    let userId = 0;
    beforeEach(async () => {
      // A bucket differs in that it takes a stream, which may end before the row is complete.
      originals = { ...createFolderStorage({ root: folder(), role: 'originals', own: true }), local };
      const name = randomUUID();
      const users = createUserStore(database.knex());
      userId = (await users.create({ name, email: `${name}@example.org`, passwordHash: 'x' })).id;
    });

    const receive = async (id: string, isResumed: boolean, file = form()) => {
      const uploads = createFormUploads({
        addresses: createAddressRules({ check: () => undefined }, []),
        mustAllowSize: async () => {},
        tasks: { check: async (_user, name) => ({ name, requestedOutput: OUTPUT }) },
        store: store(),
        receivedBytes: createReceivedBytesStore(database.knex()),
        originals,
        covers: createCovers({ store: store(), results: originals }),
        webhooks: NO_WEBHOOKS,
        workspaces: createWorkspaces(folder()),
        clock: { now: () => new Date() },
      });
      return (await uploads.receive(userId, file, { id, isResumed })).task;
    };
    const stored = async () => (await Array.fromAsync(originals.list())).map(({ key }) => key);

    it('is answered by the task of the first attempt, once it is read to its end', async () => {
      const id = randomUUID();
      const first = await receive(id, false);
      assert.equal(first.state, 'UPLOADED');
      const again = form();
      let isRead = false;
      const read = async () => {
        isRead = true;
        return again.end();
      };
      assert.deepEqual(await receive(id, true, { ...again, end: read }), first);
      assert.ok(isRead);
      assert.deepEqual(await stored(), [originalKey(first)]);
    });

    /** Ways in which the upload of an attempt that died has ended meanwhile. */
    const ENDINGS: Readonly<Record<string, (id: number) => Promise<unknown>>> = {
      'still awaits its file': async () => undefined,
      'has expired': (id) => createUploadStore(database.knex()).abandon(id),
      'failed by the size of half a file': (id) =>
        createUploadStore(database.knex()).refuse(id, { code: 'size_mismatch', message: 'Half.' }),
    };
    for (const [ending, end] of Object.entries(ENDINGS))
      it(`replaces a half task of the first attempt that ${ending}, and its file`, async () => {
        const id = randomUUID();
        const half = await store().create({
          userId,
          name: 'a.wav',
          originalExt: 'wav',
          requestedOutput: OUTPUT,
          declaredSize: 0,
          uploadExpiresAt: new Date(),
          requestId: id,
        });
        await originals.put(originalKey(half), Readable.from([Buffer.from('ha')]));
        await end(half.id);
        const task = await receive(id, true);
        assert.equal(task.state, 'UPLOADED');
        assert.equal(await store().find(half.id), undefined);
        assert.deepEqual(await stored(), [originalKey(task)]);
      });
  });

function form(): FormFile {
  const fields = new Map([['newFormat', 'mp3']]);
  return {
    name: 'a.wav',
    before: fields,
    content: Readable.from([Buffer.from('sound')]),
    end: async () => fields,
    cover: () => undefined,
  };
}
