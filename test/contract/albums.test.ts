import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createAlbumStore } from '../../lib/adapters/database/albums.ts';
import { createBatchStore } from '../../lib/adapters/database/batches.ts';
import { createHousekeeping } from '../../lib/adapters/database/housekeeping.ts';
import { createLeaseStore } from '../../lib/adapters/database/leases.ts';
import { createTaskStore } from '../../lib/adapters/database/tasks.ts';
import { createUploadStore } from '../../lib/adapters/database/uploads.ts';
import { createUserStore } from '../../lib/adapters/database/users.ts';
import type { TaskOptions } from '../../lib/ports/tasks.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { testDatabase } from '../support/database.ts';
import { recordedMessages } from '../support/recorded-queue.ts';

const ALBUM = { replayGain: 'album' };
const LEVEL = { integrated: -12.5, truePeak: -0.3 };

for (const kind of [{ transactional: true }, { transactional: false, maxMessages: 100 }])
  describe(`Albums on PostgreSQL, with a queue that is ${kind.transactional ? 'transactional' : 'limited'}`, () => {
    const database = testDatabase();
    const { messages, enqueued: sent } = recordedMessages(kind);
    const tasks = () => createTaskStore(database.knex(), messages, silentLog);
    const albums = () => createAlbumStore(database.knex());
    const sweep = () => createHousekeeping(database.knex(), messages, silentLog, 5).enqueueAgain(60);
    const claim = (taskId: number) =>
      createLeaseStore(database.knex(), messages, silentLog, { seconds: 60, attempts: 5 }).claim(
        { taskId, revision: 1 },
        'worker',
      );

    /** A batch with a task for each, and the ids of those. */
    async function newBatch(...options: readonly TaskOptions[]) {
      const name = randomUUID();
      const users = createUserStore(database.knex());
      const user = await users.create({ name, email: `${name}@example.org`, passwordHash: 'hash' });
      const made = await createBatchStore(database.knex()).create({
        userId: user.id,
        name: null,
        tasks: options.map((each) => ({
          ...{ userId: user.id, name: 'a.wav', originalExt: 'wav', declaredSize: null },
          requestedOutput: { format: 'mp3', options: each },
          uploadExpiresAt: new Date(Date.now() + 60_000),
        })),
      });
      return { id: made.batch.id, userId: user.id, ids: made.tasks.map(({ id }) => id) };
    }
    const sentOf = (ids: readonly number[]) =>
      sent.map(({ taskId }) => taskId).filter((id) => ids.includes(id));

    it('hold their tasks until the last original has come, and no other task', async () => {
      const { ids } = await newBatch(ALBUM, { loudness: { scope: 'album', target: -14 } }, {});
      const [first = 0, second = 0, other = 0] = ids;
      await tasks().markUploaded(first);
      await tasks().markUploaded(other);
      assert.deepEqual(sentOf(ids), [other]);
      assert.deepEqual(await claim(first), { refused: 'held' });
      await sweep();
      assert.deepEqual(sentOf(ids), [other]);
      await tasks().markUploaded(second);
      assert.deepEqual(new Set(sentOf(ids)), new Set(ids));
      assert.ok('lease' in (await claim(first)));
    });

    it('wait for no original whose task was removed', async () => {
      const { ids, userId } = await newBatch(ALBUM, ALBUM);
      const [first = 0, second = 0] = ids;
      await tasks().markUploaded(first);
      await tasks().remove(second, userId);
      assert.deepEqual(sentOf(ids), [first]);
    });

    it('wait for no original that expired or was refused: the sweep finds out', async () => {
      const { ids } = await newBatch(ALBUM, ALBUM, ALBUM);
      const [first = 0, second = 0, third = 0] = ids;
      const uploads = createUploadStore(database.knex());
      await tasks().markUploaded(first);
      await uploads.abandon(second);
      await uploads.refuse(third, { code: 'too_large', message: 'x' });
      await sweep();
      assert.deepEqual(sentOf(ids), [first]);
    });

    it('have a track that asks later, at once if no original is waited for', async () => {
      const { ids, userId, id } = await newBatch({}, ALBUM);
      const [first = 0, second = 0] = ids;
      await tasks().markUploaded(first);
      await tasks().change(first, userId, { format: 'mp3', options: ALBUM });
      assert.deepEqual(sentOf(ids), [first]);
      await tasks().markUploaded(second);
      assert.equal(sentOf(ids).length, 3);
      const tracks = await albums().tracks(id);
      assert.deepEqual(
        tracks.map((track) => [track.id, track.revision, track.originalExt]),
        [
          [first, 2, 'wav'],
          [second, 1, 'wav'],
        ],
      );
    });

    it('keep the level that was found first, for each way to measure, and not without end', async () => {
      const { id } = await newBatch(ALBUM);
      assert.equal(await albums().level(id, 'channels'), undefined);
      assert.deepEqual(await albums().keepLevel(id, 'channels', LEVEL), LEVEL);
      assert.deepEqual(await albums().keepLevel(id, 'channels', { ...LEVEL, integrated: -1 }), LEVEL);
      assert.equal(await albums().keepLevel(id, 'silent', null), null);
      assert.equal(await albums().level(id, 'silent'), null);
      for (let number = 0; number < 25; number++) await albums().keepLevel(id, `way ${number}`, LEVEL);
      assert.equal(await albums().level(id, 'way 24'), undefined);
      assert.deepEqual(await albums().keepLevel(0, 'channels', LEVEL), LEVEL);
    });
  });
