import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createLeaseStore } from '../../../lib/adapters/database/leases.ts';
import { createRetentionStore } from '../../../lib/adapters/database/retention.ts';
import { createFolderStorage } from '../../../lib/adapters/storage/nfs.ts';
import { removeOldFiles } from '../../../lib/housekeeping/old-files.ts';
import type { Task } from '../../../lib/ports/tasks.ts';
import { silentLog } from '../../../lib/runtime/log.ts';
import { originalKey, waveformKey } from '../../../lib/tasks/object-keys.ts';
import { createRetention } from '../../../lib/tasks/retention.ts';
import { testDatabase } from '../../support/database.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { finish, queuedTasks } from '../../support/queued-tasks.ts';

const RULES = { days: 30, maxDays: 90 };
const DAY = 86_400_000;

describe('Files whose time has passed', () => {
  const database = testDatabase();
  const folder = temporaryFolder();
  const messages = { transactional: true, maxMessages: Infinity, enqueue: async () => undefined };
  const queued = () => queuedTasks(database.knex(), messages);
  const storage = (role: 'originals' | 'results') =>
    createFolderStorage({ root: join(folder(), role), role, own: true });

  /** A converted task with its files; 3 bytes together. */
  async function converted(rules = RULES): Promise<Task> {
    const { enqueue, newUser, tasks } = queued();
    const leases = createLeaseStore(
      database.knex(),
      messages,
      silentLog,
      { seconds: 60, attempts: 5 },
      rules,
    );
    const { id, revision } = await enqueue(await newUser());
    const claimed = await leases.claim({ taskId: id, revision }, 'worker');
    assert.ok('lease' in claimed && (await finish(leases, claimed)));
    const task = await tasks.find(id);
    assert.ok(task?.result);
    const put = (role: 'originals' | 'results', key: string) =>
      storage(role).put(key, Readable.from([Buffer.from('x')]));
    await put('originals', originalKey(task));
    await put('results', task.result.key);
    await put('results', waveformKey(task, 'original'));
    return task;
  }
  const run = (retentionDays = RULES.days) =>
    removeOldFiles({
      retention: createRetentionStore(database.knex(), { ...RULES, days: retentionDays }),
      originals: storage('originals'),
      results: storage('results'),
      retentionDays,
      log: silentLog,
    });
  const keep = ({ userId, id }: Task, until: Date) => {
    const store = createRetentionStore(database.knex(), RULES);
    const parts = { tasks: queued().tasks, store, maxDays: RULES.maxDays, isOn: true };
    return createRetention(parts).keep(userId, id, until);
  };
  const shift = ({ id }: Task, days: number) =>
    database
      .knex()
      .raw("update tasks set expires_at = expires_at + ? * interval '1 day' where id = ?", [days, id]);
  const found = async ({ id }: Task) => {
    const task = await queued().tasks.find(id);
    assert.ok(task);
    return task;
  };
  const left = async () => {
    const lists = [storage('originals'), storage('results')].map((one) => Array.fromAsync(one.list()));
    return (await Promise.all(lists)).flat().length;
  };
  const NOTHING = { warnedTasks: 0, expiredTasks: 0, removedFiles: 0, removedBytes: 0 };

  it('are removed after a warning, and counted exactly; the task stays as EXPIRED', async () => {
    const task = await converted();
    assert.ok(task.expiresAt);
    assert.equal(Math.round((task.expiresAt.getTime() - Date.now()) / DAY), RULES.days);
    assert.deepEqual(await run(), NOTHING);
    await shift(task, -31);
    assert.deepEqual(await run(), { ...NOTHING, warnedTasks: 1 });
    const warned = await found(task);
    assert.ok(
      warned.isExpiring && warned.expiresAt && warned.expiresAt.getTime() > Date.now() + DAY - 60_000,
    );
    assert.deepEqual(await run(), NOTHING);
    await shift(task, -2);
    assert.deepEqual(await run(), { ...NOTHING, expiredTasks: 1, removedFiles: 3, removedBytes: 3 });
    const { state, error, result, media, name } = await found(task);
    assert.deepEqual(
      { state, code: error?.code, result, media, name },
      { state: 'EXPIRED', code: 'files_removed', result: null, media: null, name: 'a.wav' },
    );
    assert.equal(await left(), 0);
    const stored = await database.knex()('stored_bytes').where({ user_id: task.userId }).first();
    assert.equal(Number(stored.bytes), 0);
  });

  it('of earlier tasks get a time, and a day at least', async () => {
    const task = await converted({ days: 0, maxDays: 0 });
    assert.equal(task.expiresAt, null);
    const long = new Date(Date.now() - 365 * DAY);
    await database.knex()('tasks').where({ id: task.id }).update({ finished_at: long, created_at: long });
    assert.deepEqual(await run(), { ...NOTHING, warnedTasks: 1 });
    const { expiresAt } = await found(task);
    assert.ok(expiresAt && expiresAt.getTime() > Date.now() + DAY - 60_000);
  });

  it('stay where their owner keeps them longer, which the limit ends', async () => {
    const task = await converted();
    await shift(task, -31);
    await run();
    const until = new Date(task.createdAt.getTime() + 80 * DAY);
    const kept = await keep(task, until);
    assert.deepEqual([kept.expiresAt, kept.isExpiring], [until, false]);
    assert.deepEqual(await run(), NOTHING);
    for (const days of [70, 91])
      await assert.rejects(keep(task, new Date(task.createdAt.getTime() + days * DAY)), {
        code: 'invalid_request',
      });
    assert.equal(await left(), 3);
  });

  it('are not kept before the end of a conversion, nor after their removal', async () => {
    const { enqueue, newUser } = queued();
    const until = new Date(Date.now() + 40 * DAY);
    await assert.rejects(keep(await enqueue(await newUser()), until), { code: 'not_ready' });
    const task = await converted();
    await shift(task, -31);
    await run();
    await shift(task, -2);
    await run();
    await assert.rejects(keep(task, until), { code: 'files_removed' });
  });

  it('stay while a task is converted again, and where retention is switched off', async () => {
    const [again, kept] = [await converted(), await converted()];
    for (const task of [again, kept]) await shift(task, -31);
    await run();
    for (const task of [again, kept]) await shift(task, -2);
    await queued().tasks.change(again.id, again.userId, { format: 'flac', options: {} });
    assert.deepEqual(await run(0), NOTHING);
    assert.deepEqual([(await found(again)).expiresAt, (await found(kept)).expiresAt], [null, null]);
    await run();
    assert.deepEqual([(await found(again)).expiresAt, (await found(kept)).state], [null, 'PROCESSED']);
    assert.equal(await left(), 6);
  });

  it('tell webhooks of the warning once, in the change that marks it', async () => {
    const task = await converted();
    const webhook = {
      user_id: task.userId,
      ...{ url: 'https://example.org/', host: 'example.org', events: ['task.expiring'], secret: 'x' },
    };
    await database.knex()('webhooks').insert(webhook);
    await shift(task, -31);
    await run();
    await run();
    const bodies = await database.knex()('webhook_deliveries').pluck('body');
    assert.equal(bodies.length, 1);
    const { type, data } = JSON.parse(bodies[0]);
    const { expiresAt } = await found(task);
    assert.deepEqual([type, data.id, data.expiresAt], ['task.expiring', task.id, expiresAt?.toISOString()]);
  });
});
