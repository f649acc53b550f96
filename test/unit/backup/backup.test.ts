import assert from 'node:assert/strict';
import { createWriteStream } from 'node:fs';
import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type Header, pack } from 'tar-stream';
import { migrate, openDatabase } from '../../../lib/adapters/database/connection.ts';
import { openLoad } from '../../../lib/adapters/database/load.ts';
import { MIGRATION_NAMES, migrationSource } from '../../../lib/adapters/database/migrations.ts';
import { openSnapshot } from '../../../lib/adapters/database/snapshot.ts';
import { createFolderStorage } from '../../../lib/adapters/storage/nfs.ts';
import { createArchiveWriter } from '../../../lib/backup/archive-writer.ts';
import { writeBackup } from '../../../lib/backup/backup.ts';
import { restoreBackup } from '../../../lib/backup/restore.ts';
import type { Storage } from '../../../lib/ports/storage.ts';
import type { Task } from '../../../lib/ports/tasks.ts';
import { originalKey } from '../../../lib/tasks/object-keys.ts';
import { testDatabase } from '../../support/database.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { finish, queuedTasks } from '../../support/queued-tasks.ts';
import { newDatabase } from '../../support/vm.ts';

const CLOCK = { now: () => new Date('2027-01-01T00:00:00Z') };
const MESSAGES = { transactional: true, maxMessages: Infinity, enqueue: async () => undefined };

describe('A backup', () => {
  const database = testDatabase();
  const folder = temporaryFolder();
  const queued = () => queuedTasks(database.knex(), MESSAGES);
  const storages = (root: string) => {
    const of = (role: 'originals' | 'results') =>
      createFolderStorage({ root: join(folder(), root, role), role, own: true });
    return { originals: of('originals'), results: of('results') };
  };
  const put = (storage: Storage, key: string, text: string) =>
    storage.put(key, Readable.from([Buffer.from(text)]));

  /** A converted task with its files. */
  async function converted(): Promise<Task> {
    const { enqueue, leases, newUser, tasks } = queued();
    const { id, revision } = await enqueue(await newUser());
    const claimed = await leases.claim({ taskId: id, revision }, 'worker');
    assert.ok('lease' in claimed && (await finish(leases, claimed)));
    const task = await tasks.find(id);
    assert.ok(task?.result);
    const { originals, results } = storages('from');
    await put(originals, originalKey(task), `original ${id}`);
    await put(results, task.result.key, `result ${id}`);
    return task;
  }

  /** @param files those of the installation, unless a test watches them */
  async function backUp(files = storages('from')) {
    const path = join(folder(), 'a.backup');
    const snapshot = await openSnapshot(database.url());
    const archive = createArchiveWriter(createWriteStream(path));
    try {
      return { path, ...(await writeBackup({ snapshot, ...files, clock: CLOCK }, archive)) };
    } finally {
      await snapshot.close();
    }
  }

  async function restore(path: string, url: string, files = storages('to')) {
    const load = await openLoad(url);
    try {
      return await restoreBackup({ load, ...files }, path);
    } finally {
      await load.close();
    }
  }
  const empty = async () => {
    const url = await newDatabase(database.url());
    await migrate(url);
    return url;
  };
  const rowsOf = async (url: string) => {
    const knex = openDatabase(url, 1);
    try {
      const bytes = await knex('stored_bytes').where('bytes', '>', 0).orderBy('user_id');
      return { users: await knex('users').orderBy('id'), tasks: await knex('tasks').orderBy('id'), bytes };
    } finally {
      await knex.destroy();
    }
  };
  const filesOf = async ({ originals, results }: ReturnType<typeof storages>) => {
    const read = async (storage: Storage) => {
      const found = await Array.fromAsync(storage.list());
      const contents = found.map(async ({ key }) => [key, String(await buffer(await storage.read(key)))]);
      return Object.fromEntries(await Promise.all(contents));
    };
    return [await read(originals), await read(results)];
  };
  const nothing = async (url: string) => {
    const { users, tasks } = await rowsOf(url);
    assert.deepEqual([users, tasks, await filesOf(storages('to'))], [[], [], [{}, {}]]);
  };

  afterEach(() => database.knex().raw('truncate users, tasks, ended_uploads restart identity cascade'));

  it('has every row and file, which a restore into an empty installation brings back', async () => {
    await converted();
    await converted();
    const before = [await rowsOf(database.url()), await filesOf(storages('from'))];
    const { path, leftOut, ...report } = await backUp();
    assert.deepEqual([report, leftOut], [{ tasks: 2, files: 4, bytes: 36 }, 0]);
    const url = await empty();
    const restored = await restore(path, url);
    assert.deepEqual(restored, { createdAt: '2027-01-01T00:00:00.000Z', files: 4, bytes: 36 });
    assert.deepEqual([await rowsOf(url), await filesOf(storages('to'))], before);
    const knex = openDatabase(url, 1);
    const { id } = await queuedTasks(knex, MESSAGES).enqueue(
      before[0] && 'users' in before[0] ? before[0].users[0].id : 0,
    );
    await knex.destroy();
    assert.equal(id, 3);
  });

  it('leaves out what is removed or comes while it is made, and never half of it', async () => {
    const [removed, changed, kept] = [await converted(), await converted(), await converted()];
    const { tasks } = queued();
    const { originals, results } = storages('from');
    let isFirst = true;
    const watched: Storage = {
      ...originals,
      async stat(key) {
        if (isFirst) {
          isFirst = false;
          await originals.remove(originalKey(removed));
          await tasks.remove(removed.id);
          if (changed.result) await results.remove(changed.result.key);
          await tasks.change(changed.id, changed.userId, { format: 'flac', options: {} });
          await converted();
        }
        return originals.stat(key);
      },
    };
    const { path, leftOut, tasks: count } = await backUp({ originals: watched, results });
    assert.deepEqual([count, leftOut], [2, 1]);
    const url = await empty();
    await restore(path, url);
    const rows = (await rowsOf(url)).tasks.map(({ id, state, format }) => [id, state, format]);
    assert.deepEqual(rows, [
      [changed.id, 'UPLOADED', 'mp3'],
      [kept.id, 'PROCESSED', 'mp3'],
    ]);
    const [there, made] = await filesOf(storages('to'));
    assert.deepEqual(Object.keys(there ?? {}), [originalKey(changed), originalKey(kept)]);
    assert.deepEqual(Object.keys(made ?? {}), [kept.result?.key]);
  });

  it('is refused where it is damaged or cut, and nothing is restored', async () => {
    await converted();
    const { path } = await backUp();
    const whole = await readFile(path);
    const url = await empty();
    const refused = { code: 'invalid_backup' };
    const damaged = Buffer.from(whole);
    const at = damaged.indexOf('result 1');
    damaged.write('RESULT', at);
    await writeFile(path, damaged);
    await assert.rejects(restore(path, url), refused);
    await writeFile(path, whole);
    const { size } = await stat(path);
    for (const length of [0, 100, 700, at, size / 2, size - 1536, size - 2600]) {
      await writeFile(path, whole);
      await truncate(path, Math.floor(length));
      await assert.rejects(restore(path, url), refused, `cut to ${length} of ${size} bytes`);
    }
    await writeFile(path, 'RIFF is no backup'.repeat(100));
    await assert.rejects(restore(path, url), refused);
    await nothing(url);
  });

  it('is refused with names that leave their folder, and with links', async () => {
    const url = await empty();
    const manifest = { format: 'tonemill-backup', version: 1, createdAt: '2027-01-01T00:00:00Z' };
    const begin = JSON.stringify({ ...manifest, migrations: MIGRATION_NAMES });
    const hostile: (Partial<Header> & { name: string })[] = [
      { name: 'originals/../../escaped' },
      { name: 'originals//escaped' },
      { name: '/originals/1/a.wav' },
      { name: '../escaped' },
      { name: 'originals/1/..' },
      { name: 'originals/1/a.wav', type: 'symlink', linkname: '/etc/passwd' },
      { name: 'originals/1/a.wav', type: 'link', linkname: '/etc/passwd' },
      { name: 'originals/1', type: 'directory' },
      { name: 'results/1/fifo', type: 'fifo' },
    ];
    for (const header of hostile) {
      const path = join(folder(), 'hostile.backup');
      const archive = pack();
      archive.entry({ name: 'manifest.json' }, begin);
      archive.entry({ size: 0, ...header }, '');
      archive.finalize();
      await pipeline(archive, createWriteStream(path));
      await assert.rejects(restore(path, url), { code: 'invalid_backup' }, JSON.stringify(header));
    }
    await nothing(url);
  });

  it('is refused by an installation that has users or files', async () => {
    await converted();
    const { path } = await backUp();
    await assert.rejects(restore(path, database.url()), { code: 'not_empty' });
    await assert.rejects(restore(path, await empty(), storages('from')), { code: 'not_empty' });
  });

  it('of an older schema is brought up to date, and one of a newer schema is refused', async () => {
    const old = await newDatabase(database.url());
    const knex = openDatabase(old, 1);
    const config = { migrationSource, tableName: 'migrations' };
    for (let done = 0; done < 2; done++) await knex.migrate.up(config);
    const { id: userId } = (await knex('users').insert({ name: 'a', password_hash: 'x' }, 'id'))[0];
    const written = async (migrations: readonly string[]) => {
      const path = join(folder(), 'old.backup');
      const snapshot = { ...(await openSnapshot(old)), migrations };
      const archive = createArchiveWriter(createWriteStream(path));
      await writeBackup({ snapshot, ...storages('from'), clock: CLOCK }, archive);
      await snapshot.close();
      return path;
    };
    const url = await empty();
    const newer = await written([...MIGRATION_NAMES, '999_later']);
    await assert.rejects(restore(newer, url), {
      code: 'invalid_backup',
      message: /newer release .*999_later/,
    });
    await nothing(url);
    await restore(await written(MIGRATION_NAMES.slice(0, 2)), url);
    const restored = openDatabase(url, 1);
    assert.deepEqual(await restored('users').pluck('id'), [userId]);
    assert.deepEqual(await restored('migrations').orderBy('id').pluck('name'), MIGRATION_NAMES);
    await restored.destroy();
    await knex.destroy();
  });
});
