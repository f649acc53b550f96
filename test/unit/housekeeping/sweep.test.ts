import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createHousekeeping } from '../../../lib/adapters/database/housekeeping.ts';
import { createRetentionStore } from '../../../lib/adapters/database/retention.ts';
import { createTaskStore } from '../../../lib/adapters/database/tasks.ts';
import { createUploadStore } from '../../../lib/adapters/database/uploads.ts';
import { createUserStore } from '../../../lib/adapters/database/users.ts';
import { createFolderStorage } from '../../../lib/adapters/storage/nfs.ts';
import { createSweep } from '../../../lib/housekeeping/sweep.ts';
import type { Storage } from '../../../lib/ports/storage.ts';
import { silentLog } from '../../../lib/runtime/log.ts';
import { coverKey, originalKey, waveformKey } from '../../../lib/tasks/object-keys.ts';
import { testDatabase } from '../../support/database.ts';
import { temporaryFolder } from '../../support/folders.ts';

const DAY = 86_400_000;

describe('The sweep', () => {
  const database = testDatabase();
  const folder = temporaryFolder();
  const messages = {
    transactional: true,
    maxMessages: Number.POSITIVE_INFINITY,
    enqueue: async () => undefined,
  };
  let originals: Storage;
  let results: Storage;

  beforeEach(() => {
    const storage = (role: 'originals' | 'results') =>
      createFolderStorage({ root: join(folder(), role), role, own: true });
    originals = storage('originals');
    results = storage('results');
  });

  /** Looks through all objects as one that ran `later` milliseconds from now. */
  const sweep = async (later: number) => {
    const tasks = createTaskStore(database.knex(), messages, silentLog);
    const parts = {
      housekeeping: createHousekeeping(database.knex(), messages, silentLog, 5),
      tasks,
      originals,
      results,
      uploadStore: createUploadStore(database.knex()),
      uploaded: async () => async () => 'unplaced' as const,
      cancelUploads: async () => 0,
      finishRemovals: async () => 0,
      tidyWebhooks: async () => 0,
      retention: createRetentionStore(database.knex(), { days: 0, maxDays: 0 }),
      retentionDays: 0,
      paused: false,
      clock: { now: () => new Date(Date.now() + later) },
      log: silentLog,
    };
    return (await createSweep(parts).run(true)).strays;
  };
  const stored = async (storage: Storage) => (await Array.fromAsync(storage.list())).map(({ key }) => key);
  const put = (storage: Storage, key: string) => storage.put(key, Readable.from([Buffer.from('x')]));

  async function uploaded() {
    const users = createUserStore(database.knex());
    const person = { name: randomUUID(), email: `${randomUUID()}@example.org`, passwordHash: 'x' };
    const { id: userId } = await users.create(person);
    const tasks = createTaskStore(database.knex(), messages, silentLog);
    const requestedOutput = { format: 'mp3', options: {} };
    const uploadExpiresAt = new Date(Date.now() + DAY);
    const task = await tasks.create({
      userId,
      name: 'a.wav',
      originalExt: 'wav',
      requestedOutput,
      uploadExpiresAt,
      declaredSize: null,
    });
    await put(originals, originalKey(task));
    await tasks.markUploaded(task.id);
    return task;
  }

  it('removes objects that belong to no task, once they are older than a day', async () => {
    await put(originals, '999999/lost.wav');
    await put(originals, 'not-a-task');
    await put(results, '999999/1/lost.mp3');
    assert.equal(await sweep(DAY / 2), 0);
    assert.equal(await sweep(DAY + 60_000), 3);
    assert.deepEqual([await stored(originals), await stored(results)], [[], []]);
  });

  it("keeps a task's original, and removes other objects next to it", async () => {
    const task = await uploaded();
    await put(originals, `${task.id}/other.wav`);
    await put(results, `${task.id}/1/a.mp3`);
    assert.equal(await sweep(2 * DAY), 2);
    assert.deepEqual(await stored(originals), [originalKey(task)]);
  });

  it('keeps the waveform of an original, and removes that of a result that is gone', async () => {
    const task = await uploaded();
    await put(results, waveformKey(task, 'original'));
    await put(results, waveformKey(task, 'result'));
    await put(results, waveformKey({ id: 999_999, revision: 1 }, 'original'));
    assert.equal(await sweep(2 * DAY), 2);
    assert.deepEqual(await stored(results), [waveformKey(task, 'original')]);
  });

  it('keeps the cover that was sent for a task, and removes another', async () => {
    const { id, userId } = await uploaded();
    const cover = { mimeType: 'image/png', width: 1, height: 1, size: 1, sha256: 'a'.repeat(64) };
    await put(results, coverKey(id, cover));
    await put(results, coverKey(id, { sha256: 'b'.repeat(64) }));
    const tasks = createTaskStore(database.knex(), messages, silentLog);
    assert.deepEqual((await tasks.setCover(id, userId, cover))?.cover, cover);
    assert.equal(await sweep(2 * DAY), 1);
    assert.deepEqual(await stored(results), [coverKey(id, cover)]);
  });
});
