import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeTone } from '../support/audio.ts';
import { createBatch, fillBatch, postBatch, showBatch } from '../support/batch.ts';
import { listen } from '../support/event-stream.ts';
import { temporaryFolder } from '../support/folders.ts';
import { filesUnder, PROBLEM, TASK, testService, type User } from '../support/service.ts';

describe('A batch', function () {
  this.timeout(60_000);
  const service = testService();
  const folder = temporaryFolder();

  async function tone(): Promise<Uint8Array> {
    const path = join(folder(), 'song.wav');
    await makeTone(path, 1);
    return readFile(path);
  }
  const announced = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ filename: `${index}.wav`, newFormat: 'mp3' }));
  const problemOf = async (answer: Response) => ({
    ...PROBLEM.parse(await answer.json()),
    status: answer.status,
  });

  it('is announced at once, receives its files, and ends with all of its tasks', async () => {
    const user = await service.newUser();
    const made = await createBatch(user, ['a.wav', 'b.wav'], 'mp3', 'Album');
    const { id } = made.batch;
    assert.deepEqual(made.batch.states, { AWAITING_UPLOAD: 2 });
    assert.deepEqual(
      made.tasks.map(({ task: { name, batchId } }) => [name, batchId]),
      [
        ['a.wav', id],
        ['b.wav', id],
      ],
    );
    await fillBatch(user, made, await tone());
    const { name, total, states, progress, ended } = await showBatch(user, id);
    assert.deepEqual([name, total, states, progress, ended], ['Album', 2, { PROCESSED: 2 }, 1, true]);
  });

  it('takes a thousand tasks, which GET /api/tasks lists apart from all others', async () => {
    const user = await service.newUser();
    await createBatch(user, ['other.wav']);
    const names = announced(1000).map(({ filename }) => filename);
    const { batch, tasks } = await createBatch(user, names);
    assert.equal(batch.total, 1000);
    assert.deepEqual(
      tasks.map(({ task }) => task.name),
      names,
    );
    assert.equal(new Set(tasks.map(({ upload }) => upload.url)).size, 1000);
    const first = await user.fetch(`/api/tasks?batchId=${batch.id}&max=600`);
    const next = /<(.*)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1];
    const pages = [await first.json(), await (await user.fetch(next ?? '')).json()];
    const listed = z.array(TASK.extend({ batchId: z.literal(batch.id) })).parse(pages.flat());
    assert.deepEqual(
      listed.map(({ name }) => name),
      names,
    );
  });

  it('is refused with more than a thousand tasks, or none', async () => {
    const user = await service.newUser();
    for (const [tasks, expected] of [
      [announced(1001), /tasks: expected 1 to 1000 tasks, and there are 1001/],
      [Array.from({ length: 300_000 }, () => 0), /expected 1 to 1000 tasks, and there are 300000/],
      [[], /tasks: expected 1 to 1000 tasks/],
      [undefined, /tasks: expected 1 to 1000 tasks/],
      [{ length: 3 }, /tasks: expected 1 to 1000 tasks/],
    ] as const) {
      const { status, detail, errors } = await problemOf(await postBatch(user, { tasks }));
      assert.equal(status, 400);
      assert.match(detail, expected);
      assert.equal(errors?.[0]?.path, 'tasks');
    }
    const { status, code } = await problemOf(await postBatch(user, { tasks: ['x'.repeat(3_000_000)] }));
    assert.deepEqual([status, code], [413, 'too_large']);
    assert.deepEqual(await user.tasks(), []);
  });

  it('is refused as a whole for one bad entry, and the error points at it', async () => {
    const user = await service.newUser();
    for (const [entry, path, code] of [
      [{ newFormat: 'mp4000' }, 'tasks.17.newFormat', 'unsupported_format'],
      [{ newFormat: 7 }, 'tasks.17.newFormat', 'invalid_request'],
      [{ options: { bitrate: 'loud' } }, 'tasks.17.options.bitrate', 'invalid_request'],
      [{ options: { none: 1 } }, 'tasks.17.options', 'invalid_request'],
      [{ filename: '..' }, 'tasks.17.filename', 'invalid_request'],
      [{ filename: `${'x'.repeat(300)}.wav` }, 'tasks.17.filename', 'too_large'],
      [{ size: 0 }, 'tasks.17.size', 'invalid_request'],
      [{ size: 2 ** 50 }, 'tasks.17', 'too_large'],
    ] as const) {
      const tasks = announced(20).map((task, index) => (index === 17 ? { ...task, ...entry } : task));
      const problem = await problemOf(await postBatch(user, { tasks }));
      assert.deepEqual([problem.code, problem.errors?.map((error) => error.path)], [code, [path]]);
      assert.match(problem.detail, /tasks\.17/);
    }
    assert.deepEqual(await user.tasks(), []);
    assert.deepEqual(await (await user.fetch('/api/batches')).json(), []);
  });

  it('is refused with a short answer, however many entries are bad', async () => {
    const user = await service.newUser();
    for (const entry of [{}, { filename: 'a.wav', newFormat: 'nothing' }]) {
      const tasks = Array.from({ length: 1000 }, () => entry);
      const { detail, errors } = await problemOf(await postBatch(user, { tasks }));
      assert.match(detail, /more (problems|tasks)\.$/);
      assert.equal(errors?.length, 20);
    }
  });

  it('is listed newest first, page by page', async () => {
    const user = await service.newUser();
    const made: number[] = [];
    for (let i = 0; i < 3; i++) made.unshift((await createBatch(user, ['a.wav'])).batch.id);
    const first = await user.fetch('/api/batches?max=2');
    const next = /<(.*)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1];
    const last = await user.fetch(next ?? '');
    assert.equal(last.headers.get('link'), null);
    const pages = [await first.json(), await last.json()];
    const found = z.array(z.object({ id: z.int() })).parse(pages.flat());
    assert.deepEqual(
      found.map(({ id }) => id),
      made,
    );
  });

  it('tells the events of its tasks alone, and its own state when they have ended', async () => {
    const user = await service.newUser();
    const made = await createBatch(user, ['a.wav', 'b.wav']);
    const { id } = made.batch;
    const events = listen(user, `/api/batches/${id}/events`, (all) => all.at(-1)?.data.ended === true);
    await user.convert({ name: 'other.wav', bytes: await tone() }, 'mp3');
    await fillBatch(user, made, await tone());
    const found = await events;
    const [first] = found;
    assert.deepEqual([first?.event, first?.data.states], ['batch.state', { AWAITING_UPLOAD: 2 }]);
    assert.deepEqual(found.at(-1)?.data.states, { PROCESSED: 2 });
    const ids = new Set(made.tasks.map(({ task }) => task.id));
    const ofTasks = found.filter(({ event }) => event.startsWith('task.'));
    assert.ok(ofTasks.every(({ data }) => ids.has(data.id)));
    assert.equal(ofTasks.filter(({ data }) => data.state === 'PROCESSED').length, 2);
  });

  it('tells a client that was away what it missed', async () => {
    const user = await service.newUser();
    const other = await user.create({ name: 'other.wav', bytes: await tone() }, 'mp3');
    const made = await createBatch(user, ['a.wav', 'b.wav']);
    await fillBatch(user, made, await tone());
    await user.settled(other.id);
    const states = (count: number) => (all: readonly { event: string }[]) =>
      all.filter(({ event }) => event === 'task.state').length === count;
    const missed = await listen(user, `/api/batches/${made.batch.id}/events`, states(2), {
      'Last-Event-ID': '0',
    });
    assert.equal(missed[0]?.event, 'batch.state');
    assert.deepEqual(
      missed
        .slice(1)
        .map(({ data }) => data.id)
        .sort(),
      made.tasks.map(({ task }) => task.id).sort(),
    );
  });

  /** A stream that is open, since its first event has come, and all its events once it has ended. */
  async function listenUntilEnd(user: User, path: string) {
    const open = Promise.withResolvers<void>();
    const all = listen(user, path, () => {
      open.resolve();
      return false;
    });
    await Promise.race([open.promise, all]);
    return { all };
  }

  it('goes with its tasks and files, stops what runs, and ends its streams', async () => {
    const user = await service.newUser();
    const kept = await user.convert({ name: 'kept.wav', bytes: await tone() }, 'mp3');
    const stored = async () => {
      const roots = ['originals', 'results'].map((root) => filesUnder(join(service.data(), root)));
      return (await Promise.all(roots)).flat().sort();
    };
    const before = await stored();
    const made = await createBatch(user, ['a.wav', 'b.wav', 'c.wav']);
    const [first, second] = made.tasks;
    await fillBatch(user, { ...made, tasks: first && second ? [first] : [] }, await tone());
    const { url, headers } = second?.upload ?? { url: '', headers: {} };
    await fetch(url, {
      method: 'PUT',
      headers: { ...headers, 'Content-Range': 'bytes 0-9/100' },
      body: '0123456789',
    });
    const path = `/api/batches/${made.batch.id}`;
    const events = await listenUntilEnd(user, `${path}/events`);
    assert.equal((await user.fetch(path, { method: 'DELETE' })).status, 200);
    const last = (await events.all).at(-1);
    assert.deepEqual([last?.event, last?.data.id], ['batch.removed', made.batch.id]);
    assert.deepEqual(
      (await user.tasks()).map(({ id }) => id),
      [kept.id],
    );
    assert.deepEqual(await stored(), before);
    for (const [method, address] of [
      ['GET', path],
      ['DELETE', path],
      ['GET', `${path}/events`],
      ['GET', `${path}/results.zip`],
    ] as const)
      assert.equal((await user.fetch(address, { method })).status, 404, address);
  });

  it('ends its streams also where it has no tasks any more', async () => {
    const user = await service.newUser();
    const { batch, tasks } = await createBatch(user, ['a.wav']);
    const path = `/api/batches/${batch.id}`;
    for (const { task } of tasks) await user.fetch(`/api/tasks/${task.id}`, { method: 'DELETE' });
    const events = await listenUntilEnd(user, `${path}/events`);
    assert.equal((await user.fetch(path, { method: 'DELETE' })).status, 200);
    assert.equal((await events.all).at(-1)?.event, 'batch.removed');
  });

  it('is nothing that another user can see, change or follow', async () => {
    const [ann, bob] = [await service.newUser(), await service.newUser()];
    const { batch } = await createBatch(ann, ['a.wav']);
    const path = `/api/batches/${batch.id}`;
    for (const [method, address] of [
      ['GET', path],
      ['DELETE', path],
      ['GET', `${path}/events`],
      ['GET', `${path}/results.zip`],
    ] as const) {
      const { status, code } = await problemOf(await bob.fetch(address, { method }));
      assert.deepEqual([status, code], [404, 'not_found'], address);
      assert.equal((await fetch(`${service.url()}${address}`, { method })).status, 401);
    }
    assert.deepEqual(await (await bob.fetch(`/api/tasks?batchId=${batch.id}`)).json(), []);
    assert.deepEqual(await (await bob.fetch('/api/batches')).json(), []);
    assert.equal((await showBatch(ann, batch.id)).total, 1);
  });
});
