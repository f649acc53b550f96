import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import sinon from 'sinon';
import { migrate } from '../../lib/adapters/database/connection.ts';
import { createHousekeeping } from '../../lib/adapters/database/housekeeping.ts';
import { createLeaseStore } from '../../lib/adapters/database/leases.ts';
import { createReceivedBytesStore } from '../../lib/adapters/database/received-bytes.ts';
import { createRefreshTokenStore } from '../../lib/adapters/database/refresh-tokens.ts';
import { createTaskStore } from '../../lib/adapters/database/tasks.ts';
import { createUploadStore } from '../../lib/adapters/database/uploads.ts';
import { createUserStore } from '../../lib/adapters/database/users.ts';
import type { Warning } from '../../lib/audio/media/warnings.ts';
import type { ConversionResult, Task } from '../../lib/ports/tasks.ts';
import { hasCode } from '../../lib/runtime/errors.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { testDatabase } from '../support/database.ts';
import { MEDIA } from '../support/media.ts';
import { recordedMessages } from '../support/recorded-queue.ts';

const RESULT: ConversionResult = { key: '1/1/a.mp3', size: 10, media: MEDIA, warnings: [], adaptations: [] };
const WARNING: Warning = { code: 'truncated', message: '\0w' };
const ATTEMPTS = 3;

describe('The stores on PostgreSQL', () => {
  const database = testDatabase();
  const { messages, enqueued } = recordedMessages({ transactional: true });
  const users = () => createUserStore(database.knex());
  const tokens = () => createRefreshTokenStore(database.knex());
  const tasks = () => createTaskStore(database.knex(), messages, silentLog);
  const leases = (seconds = 60) =>
    createLeaseStore(database.knex(), messages, silentLog, { seconds, attempts: ATTEMPTS });
  const housekeeping = () => createHousekeeping(database.knex(), messages, silentLog, ATTEMPTS);

  const newUser = () =>
    users().create({ name: randomUUID(), email: `${randomUUID()}@example.org`, passwordHash: 'hash' });
  const newTask = async (): Promise<Task> =>
    tasks().create({
      userId: (await newUser()).id,
      name: 'a.wav',
      originalExt: 'wav',
      requestedOutput: { format: 'mp3', options: {} },
      declaredSize: null,
      uploadExpiresAt: new Date(Date.now() + 60_000),
    });
  const uploadedTask = async (): Promise<Task> => {
    const task = await tasks().markUploaded((await newTask()).id);
    assert.ok(task);
    return task;
  };
  const claim = async (task: Task, seconds = 60) => {
    const claimed = await leases(seconds).claim({ taskId: task.id, revision: task.revision }, 'worker');
    assert.ok('lease' in claimed);
    return claimed.lease;
  };
  const stateOf = async ({ id }: Task) => (await tasks().find(id))?.state;

  it('migrate twice, and at once from two processes, without harm', async () => {
    await Promise.all([migrate(database.url()), migrate(database.url())]);
  });

  it('refuse values that PostgreSQL cannot store, and repeat none of them', async () => {
    const refused = (error: unknown) =>
      hasCode(error, 'invalid_request') && !/secret/.test(`${error.message} ${error.cause}`);
    const person = { name: randomUUID(), email: `${randomUUID()}@example.org`, passwordHash: 'hash' };
    await assert.rejects(users().create({ ...person, name: 'secret\0' }), refused);
    await assert.rejects(users().findByEmail('secret\0'), refused);
    for (const id of [2 ** 31, -(2 ** 40), 1.5, Number.NaN]) {
      await assert.rejects(users().find(id), refused);
      await assert.rejects(users().exists(id), refused);
      await assert.rejects(tasks().find(id), refused);
      await assert.rejects(tasks().markUploaded(id), refused);
      await assert.rejects(leases().claim({ taskId: 1, revision: id }, 'worker'), refused);
    }
  });

  it('clean texts of files, which become JSON', async () => {
    const task = await uploadedTask();
    const media = { ...MEDIA, tags: { 'a\0b': ['c\0d\ud800'] } };
    assert.ok(await leases().finish(await claim(task), media, { ...RESULT, media, warnings: [WARNING] }));
    const kept = await tasks().find(task.id);
    assert.deepEqual(kept?.media?.tags, { ab: ['cd\ufffd'] });
    assert.deepEqual(kept?.result?.warnings, [{ code: 'truncated', message: 'w' }]);
  });

  it('show the tags of rows that an earlier release stored under the names of today', async () => {
    const task = await uploadedTask();
    const stored = { ...MEDIA, tags: { album_artist: 'Ann', mood_of_day: 'calm' } };
    await database.knex()('tasks').where({ id: task.id }).update({ media: stored });
    const found = await tasks().find(task.id);
    assert.deepEqual(found?.media?.tags, { albumArtist: ['Ann'], mood_of_day: ['calm'] });
  });

  it('know which users exist, and store nothing for a removed user', async () => {
    const [here, gone] = [await newUser(), await newUser()];
    await database.knex()('users').where({ id: gone.id }).delete();
    const asked = [here.id, gone.id, here.id, gone.id].map((id) => users().exists(id));
    assert.deepEqual(await Promise.all(asked), [true, false, true, false]);
    const expiresAt = new Date(Date.now() + 60_000);
    const task = {
      name: 'a.wav',
      originalExt: 'wav',
      requestedOutput: { format: 'mp3', options: {} },
      declaredSize: null,
    };
    const unauthenticated = (error: unknown) => hasCode(error, 'unauthenticated');
    await assert.rejects(
      tasks().create({ ...task, userId: gone.id, uploadExpiresAt: expiresAt }),
      unauthenticated,
    );
    await assert.rejects(
      tokens().add({ hash: randomUUID(), family: randomUUID(), userId: gone.id, expiresAt }),
      unauthenticated,
    );
  });

  it('keep a user by email, whatever its case', async () => {
    const user = await users().create({ name: 'Ann', email: 'Ann@Example.org', passwordHash: 'x' });
    assert.deepEqual(await users().findByEmail('ann@example.ORG'), user);
    assert.deepEqual(await users().find(user.id), user);
    for (const other of [
      { name: 'ANN', email: 'other@example.org' },
      { name: 'Other', email: 'ann@example.org' },
    ]) {
      await assert.rejects(users().create({ ...other, passwordHash: 'x' }), (error) =>
        hasCode(error, 'taken'),
      );
    }
  });

  it('keep any number of guests, who have no email, and find none of them by it', async () => {
    const guests = await Promise.all(
      ['g1', 'g2'].map((name) => users().create({ name, email: '', passwordHash: 'x' })),
    );
    assert.deepEqual(
      guests.map(({ email }) => email),
      ['', ''],
    );
    assert.equal(await users().findByEmail(''), undefined);
    const [guest] = guests;
    const changes = { name: 'gus', email: 'gus@example.org', passwordHash: 'y' };
    assert.ok(guest);
    const user = await users().change(guest, changes);
    assert.deepEqual(await users().findByEmail('gus@example.org'), user);
    assert.equal(user?.name, 'gus');
    assert.equal(await users().change(guest, { ...changes, email: 'late@example.org' }), undefined);
    assert.deepEqual(await users().find(guest.id), user);
  });

  it('change a family of refresh tokens one after another, wholly or not at all, and forget a revoked one', async () => {
    const { id } = await newUser();
    const expiresAt = new Date(Date.now() + 60_000);
    const token = { hash: randomUUID(), family: randomUUID(), userId: id, expiresAt };
    const successor = { ...token, hash: randomUUID() };
    const use = { at: new Date(), salt: 'salt' };
    await tokens().add(token);
    const replace = async (failure?: Error) =>
      tokens().withFamily(token.hash, async (family) => {
        if ((await family.find(token.hash))?.used) return 'used';
        await family.replace(token.hash, use, successor);
        if (failure) throw failure;
        return 'replaced';
      });
    await assert.rejects(replace(new Error('broken')), /broken/);
    assert.deepEqual((await Promise.all([1, 2, 3].map(() => replace()))).sort(), [
      'replaced',
      'used',
      'used',
    ]);
    const found = await tokens().withFamily(successor.hash, (family) => family.find(token.hash));
    assert.deepEqual(found, { ...token, used: use });
    await tokens().withFamily(token.hash, (family) => family.revoke());
    assert.equal(await tokens().withFamily(successor.hash, async () => 'found'), undefined);
  });

  it('refuse a name or an email that is taken before a user is created, and name the field', async () => {
    const { name, email } = await newUser();
    const fields: string[] = [];
    for (const person of [
      { name: name.toUpperCase(), email: 'free@example.org' },
      { name: 'free', email },
    ]) {
      await assert.rejects(users().checkFree(person), (error) => {
        assert.ok(hasCode(error, 'taken'));
        fields.push(error.details[0]?.path ?? '');
        return true;
      });
    }
    assert.deepEqual(fields, ['user', 'email']);
    await users().checkFree({ name: 'free', email: 'free@example.org' });
  });

  it('enqueue once for an upload that came, however often it is told', async () => {
    const task = await newTask();
    const told = await Promise.all([1, 2, 3].map(() => tasks().markUploaded(task.id)));
    assert.equal(told.filter(Boolean).length, 1);
    assert.deepEqual(enqueued, [{ taskId: task.id, revision: 1 }]);
  });

  it("show a task to its owner only, and page through an owner's tasks both ways", async () => {
    const { id: userId, email } = await newUser();
    const requestedOutput = { format: 'mp3', options: {} };
    const ids: number[] = [];
    for (const name of ['a.wav', 'b.wav', 'c.wav']) {
      const task = await tasks().create({
        userId,
        name,
        originalExt: 'wav',
        requestedOutput,
        declaredSize: null,
        uploadExpiresAt: new Date(),
      });
      ids.push(task.id);
    }
    const [first, second, third] = ids;
    const page = async (query: { limit: number; descending: boolean; after?: number }) =>
      (await tasks().list({ userId, email }, query)).map(({ id }) => id);
    assert.deepEqual(await page({ limit: 2, descending: false }), [first, second]);
    assert.deepEqual(await page({ limit: 2, descending: false, after: second ?? 0 }), [third]);
    assert.deepEqual(await page({ limit: 2, descending: true, after: third ?? 0 }), [second, first]);
    assert.deepEqual(await tasks().list({ userId: userId + 1, email }, { limit: 2, descending: false }), []);
    assert.equal(await tasks().show({ userId: userId + 1, email }, first ?? 0), undefined);
    assert.equal(await tasks().find(first ?? 0, userId + 1), undefined);
    assert.equal(await tasks().remove(first ?? 0, userId + 1), undefined);
  });

  it('give one lease to twenty claims at once', async () => {
    const task = await uploadedTask();
    const message = { taskId: task.id, revision: 1 };
    const claims = await Promise.all(Array.from({ length: 20 }, () => leases().claim(message, 'worker')));
    assert.equal(claims.filter((one) => 'lease' in one).length, 1);
    assert.equal(claims.filter((one) => 'refused' in one && one.refused === 'leased').length, 19);
  });

  it('say why a claim is refused', async () => {
    const refusal = async (task: Task, revision = task.revision) => {
      const claimed = await leases().claim({ taskId: task.id, revision }, 'worker');
      return 'refused' in claimed ? claimed.refused : 'claimed';
    };
    assert.equal(await refusal(await newTask()), 'not_uploaded');
    const task = await uploadedTask();
    assert.equal(await refusal(task, 2), 'stale');
    await leases().finish(await claim(task), MEDIA, RESULT);
    assert.equal(await refusal(task), 'finished');
    await tasks().remove(task.id);
    assert.equal(await refusal(task), 'gone');
  });

  it('never let a late attempt overwrite a newer one', async () => {
    const task = await uploadedTask();
    const late = await claim(task, -1);
    const newer = await claim(task);
    assert.equal(await leases().heartbeat(late, 0.5), false);
    assert.equal(await leases().finish(late, MEDIA, RESULT), false);
    assert.equal(await leases().fail(late, { code: 'damaged', message: 'x' }, null), false);
    assert.equal(await leases().finish(newer, MEDIA, RESULT), true);
    assert.equal(await stateOf(task), 'PROCESSED');
  });

  it('take a lease away when the requested output changes', async () => {
    const task = await uploadedTask();
    const lease = await claim(task);
    const changed = await tasks().change(task.id, task.userId, { format: 'ogg', options: {} });
    assert.equal(changed?.revision, 2);
    assert.equal(changed?.state, 'UPLOADED');
    assert.equal(await leases().heartbeat(lease, 0.5), false);
    assert.deepEqual(enqueued.at(-1), { taskId: task.id, revision: 2 });
  });

  it('count no attempt that was handed back, but each that died', async () => {
    const task = await uploadedTask();
    for (let round = 0; round < 10; round++) assert.equal(await leases().release(await claim(task)), true);
    for (let round = 0; round < ATTEMPTS; round++) await claim(task, -1);
    const claimed = await leases().claim({ taskId: task.id, revision: 1 }, 'worker');
    assert.deepEqual(claimed, { refused: 'gave_up' });
    assert.equal((await tasks().find(task.id))?.error?.code, 'gave_up');
  });

  it('keep the fault of a postponed attempt for the next one', async () => {
    const task = await uploadedTask();
    const next = () => leases().claim({ taskId: task.id, revision: 1 }, 'worker');
    for (const fault of ['1: TypeError: x', undefined]) {
      const first = await next();
      assert.ok('lease' in first);
      assert.equal(await leases().postpone(first.lease, -1, fault), true);
      const second = await next();
      assert.ok('lease' in second);
      assert.equal(second.fault, fault ?? null);
      assert.equal(await leases().release(second.lease), true);
    }
  });

  it('hand back what a dead worker held', async () => {
    const task = await uploadedTask();
    const worker = randomUUID();
    await leases().claim({ taskId: task.id, revision: 1 }, worker);
    assert.equal(await leases().releaseAll(worker), 1);
    assert.equal(await stateOf(task), 'UPLOADED');
  });

  it('enqueue again for messages that were lost, and give up what has no attempts left', async () => {
    const lost = await uploadedTask();
    const dead = await uploadedTask();
    for (let round = 0; round < ATTEMPTS; round++) await claim(dead, -1);
    enqueued.length = 0;
    await housekeeping().enqueueAgain(-1);
    assert.ok(enqueued.some(({ taskId }) => taskId === lost.id));
    assert.ok(!enqueued.some(({ taskId }) => taskId === dead.id));
    assert.equal(await housekeeping().giveUp(), 1);
    assert.equal(await stateOf(dead), 'FAILED');
  });

  it('let an upload expire, after which it can no longer come', async () => {
    const task = await newTask();
    const overdue = async () => (await housekeeping().overdueUploads()).map(({ id }) => id);
    assert.ok(!(await overdue()).includes(task.id));
    await database
      .knex()('tasks')
      .where({ id: task.id })
      .update({ upload_expires_at: new Date(0) });
    assert.ok((await overdue()).includes(task.id));
    await createUploadStore(database.knex()).abandon(task.id);
    assert.ok(!(await overdue()).includes(task.id));
    assert.equal(await stateOf(task), 'EXPIRED');
    assert.equal(await tasks().markUploaded(task.id), undefined);
  });

  it('give the turn at a job to one of many that ask, and again only when it is due', async () => {
    const job = randomUUID();
    const asked = await Promise.all(Array.from({ length: 10 }, () => housekeeping().claimJob(job, 60)));
    assert.equal(asked.filter(Boolean).length, 1);
    assert.equal(await housekeeping().claimJob(job, 60), false);
    assert.equal(await housekeeping().claimJob(job, 0), true);
  });

  describe('for a large upload', () => {
    const uploads = () => createUploadStore(database.knex());
    const receivedBytes = () => createReceivedBytesStore(database.knex());
    const seenAt = async ({ id }: Task) => (await receivedBytes().find(id))?.seenAt ?? '';
    const ended = async ({ id }: Task) =>
      (await uploads().sessionsToCancel())
        .filter(({ taskId }) => taskId === id)
        .map(({ session }) => session);
    const opened = async () => {
      const task = await newTask();
      assert.equal(await uploads().recordSession(task.id, `session ${task.id}`), true);
      return task;
    };

    it('keep the session to be cancelled until it is, when the task is removed, expires or is given up', async () => {
      const [removed, abandoned] = [await opened(), await opened()];
      await tasks().remove(removed.id);
      assert.equal(await uploads().abandon(abandoned.id), true);
      for (const task of [removed, abandoned]) {
        assert.deepEqual(await ended(task), [`session ${task.id}`]);
        assert.equal(await uploads().hasEnded(task.id), true);
        await uploads().markCancelled(task.id);
        assert.deepEqual(await ended(task), []);
        assert.equal(await uploads().hasEnded(task.id), true);
        assert.equal(await uploads().recordSession(task.id, 'late'), false);
      }
    });

    it('forget the session once the original has come, whatever becomes of the task', async () => {
      const task = await opened();
      await tasks().markUploaded(task.id);
      assert.equal(await uploads().abandon(task.id), false);
      await tasks().remove(task.id);
      assert.equal(await uploads().hasEnded(task.id), false);
    });

    it('remember for eight days that it ended', async () => {
      const task = await opened();
      await tasks().remove(task.id);
      await uploads().markCancelled(task.id);
      await housekeeping().forgetUploads();
      assert.equal(await uploads().hasEnded(task.id), true);
      const longAgo = new Date(Date.now() - 9 * 86_400_000);
      await database.knex()('ended_uploads').where({ task_id: task.id }).update({ ended_at: longAgo });
      await housekeeping().forgetUploads();
      assert.equal(await uploads().hasEnded(task.id), false);
    });

    it('remember that its bytes were refused, so that no other output is accepted', async () => {
      const task = await opened();
      assert.equal(await uploads().refuse(task.id, { code: 'too_large', message: 'x' }), true);
      assert.equal(await uploads().refuse(task.id, { code: 'too_large', message: 'x' }), false);
      assert.equal(await stateOf(task), 'FAILED');
      assert.equal(await tasks().change(task.id, task.userId, { format: 'ogg', options: {} }), undefined);
    });

    it('count how much was received, as long as no other process writes', async () => {
      const task = await opened();
      const [first, second] = [randomUUID(), randomUUID()];
      const write = sinon.spy(async () => undefined);
      assert.equal((await receivedBytes().claimWriter(task.id, first, {}, await seenAt(task)))?.received, 0);
      assert.equal(await receivedBytes().addBytes(task.id, first, 10, write), true);
      assert.deepEqual(await receivedBytes().claimWriter(task.id, second, {}, await seenAt(task)), {
        received: 10,
        claims: {},
        previous: first,
      });
      assert.equal(await receivedBytes().addBytes(task.id, first, 20, write), false);
      assert.equal(await receivedBytes().addBytes(task.id, second, 15, write), true);
      sinon.assert.calledTwice(write);
      assert.equal((await receivedBytes().find(task.id))?.received, 15);
    });

    it('keep what a form says of its file until the file has come', async () => {
      const task = await opened();
      const requestedOutput = { format: 'flac', options: { compressionLevel: 5 } };
      const description = {
        name: 'b.aiff',
        originalExt: 'aiff',
        requestedOutput,
        declaredSize: 10,
        checksums: {},
      };
      const described = await receivedBytes().describeFile(task.id, description);
      assert.deepEqual(described, { ...task, ...description });
      await tasks().markUploaded(task.id);
      assert.equal(await receivedBytes().describeFile(task.id, { ...description, name: 'c.wav' }), undefined);
      assert.equal((await tasks().find(task.id))?.name, 'b.aiff');
    });

    it('keep a request that came earlier from taking the upload of a later one', async () => {
      const task = await opened();
      const [early, late] = [await seenAt(task), await seenAt(task)];
      const [first, second] = [randomUUID(), randomUUID()];
      assert.ok(await receivedBytes().claimWriter(task.id, second, {}, late));
      assert.equal(await receivedBytes().claimWriter(task.id, first, {}, early), undefined);
      assert.equal(await receivedBytes().addBytes(task.id, second, 10, async () => undefined), true);
    });

    it('count no bytes that could not be stored', async () => {
      const task = await opened();
      const writer = randomUUID();
      await receivedBytes().claimWriter(task.id, writer, {}, await seenAt(task));
      const full = async () => {
        throw new Error('disk full');
      };
      await assert.rejects(receivedBytes().addBytes(task.id, writer, 10, full), /disk full/);
      assert.equal((await receivedBytes().find(task.id))?.received, 0);
    });

    it('let no other writer store anything while one does', async () => {
      const task = await opened();
      const [first, second] = [randomUUID(), randomUUID()];
      await receivedBytes().claimWriter(task.id, first, {}, await seenAt(task));
      const events: string[] = [];
      const claiming = Promise.withResolvers<unknown>();
      await receivedBytes().addBytes(task.id, first, 7, async () => {
        const claimed = receivedBytes().claimWriter(task.id, second, {}, await seenAt(task));
        claiming.resolve(claimed.then((found) => events.push(`claimed at ${found?.received}`)));
        await database.knex().raw('select 1');
        events.push('stored');
      });
      await claiming.promise;
      assert.deepEqual(events, ['stored', 'claimed at 7']);
    });
  });
});
