import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeTone } from '../support/audio.ts';
import { testCloud } from '../support/cloud.ts';
import { type FaultyHttp, faultyHttp, faultyTcp } from '../support/faulty.ts';
import { temporaryFolder } from '../support/folders.ts';
import { TASK, type TaskJson, type User } from '../support/service.ts';

const DAY = 86_400_000;

const SESSION = z.object({ task: TASK, upload: z.object({ url: z.string() }) });

describe('The service in the cloud', function () {
  this.timeout(120_000);
  const cloud = testCloud();
  const folder = temporaryFolder();
  let ann: User;
  let tone: Buffer;
  let faulty: FaultyHttp;

  before(async () => {
    faulty = await faultyHttp(cloud.environment().STORAGE_EMULATOR_HOST ?? '');
  });
  after(() => faulty?.close());
  beforeEach(async () => {
    ann = await cloud.newUser();
    const path = join(folder(), 'tone.wav');
    await makeTone(path, 1);
    tone = await readFile(path);
  });
  afterEach(() => {
    faulty.decide = () => undefined;
  });

  const upload = (user = ann) => user.create({ name: 'tone.wav', bytes: tone }, 'mp3');
  const taskNow = (id: number) => ann.task(id);
  const message = ({ id, revision }: TaskJson) => ({ taskId: id, revision });
  const onFaulty = () => cloud.instance({ STORAGE_EMULATOR_HOST: faulty.url });

  /** One result, the right state, and nothing left over that a sweep two days later would not have taken. */
  async function mustBeWhole(task: TaskJson): Promise<void> {
    assert.equal((await taskNow(task.id)).state, 'PROCESSED');
    const later = { now: () => new Date(Date.now() + 2 * DAY) };
    await cloud.sweep(cloud.instance({}, { clock: later }));
    const { id } = task;
    const whole = [`${id}/0/original.dat`, `${id}/1/tone.mp3`, `${id}/tone.wav`];
    assert.deepEqual(await cloud.objects([id]), whole);
    const link = await ann.fetch(`/api/tasks/${task.id}/result`);
    assert.ok((await link.arrayBuffer()).byteLength > 1000);
  }

  it('makes one result and one PROCESSED of the same message delivered twenty times at once', async () => {
    const task = await upload();
    const apps = [cloud.app(), cloud.instance(), cloud.instance()];
    const pushes = Array.from({ length: 20 }, (_, n) =>
      cloud.push(message(task), { app: apps[n % 3] ?? cloud.app() }),
    );
    const statuses = await Promise.all(pushes);
    assert.ok(
      statuses.every((status) => status === 204 || status === 429),
      statuses.join(),
    );
    assert.equal(await cloud.push(message(task)), 204);
    assert.equal(cloud.lines().filter((line) => line.includes('"message":"Converted"')).length, 1);
    await mustBeWhole(task);
  });

  it('spends no attempt while storage answers 503 and 429, and then recovers', async () => {
    const task = await upload();
    const app = onFaulty();
    let status = 503;
    faulty.decide = () => ({ kind: 'status', status });
    assert.ok((await cloud.push(message(task), { app })) >= 500);
    status = 429;
    assert.ok((await cloud.push(message(task), { app })) >= 500);
    assert.equal((await taskNow(task.id)).state, 'UPLOADED');
    faulty.decide = () => undefined;
    assert.equal(await cloud.push(message(task), { app }), 204);
    await mustBeWhole(task);
  });

  it('survives a connection that breaks in the middle of a download', async () => {
    const task = await upload();
    const app = onFaulty();
    faulty.decide = (method, path) =>
      method === 'GET' && path.includes('alt=media') ? { kind: 'cut', bytes: 10_000 } : undefined;
    assert.ok((await cloud.push(message(task), { app })) >= 500);
    assert.equal(await cloud.push(message(task), { app }), 429);
    faulty.decide = () => undefined;
    await cloud.pass(61);
    assert.equal(await cloud.push(message(task), { app }), 204);
    await mustBeWhole(task);
  });

  it('survives a connection that breaks in the middle of an upload', async () => {
    const task = await upload();
    const app = onFaulty();
    let cuts = 0;
    faulty.decide = (method, path) =>
      method !== 'GET' && path.includes('/upload/') && cuts++ < 20 ? { kind: 'cut', bytes: 2000 } : undefined;
    const first = await cloud.push(message(task), { app });
    assert.ok(cuts > 0);
    cuts = 20;
    await cloud.pass(61);
    if (first !== 204) assert.equal(await cloud.push(message(task), { app }), 204);
    await mustBeWhole(task);
  });

  it('publishes a message by the sweep that could not be published after the commit', async () => {
    const mute = await cloud.serve(cloud.instance({ PUBSUB_EMULATOR_HOST: '127.0.0.1:1' }));
    const task = await upload(ann.at(mute));
    await cloud.sweep();
    assert.equal((await taskNow(task.id)).state, 'UPLOADED');
    await cloud.pass(61);
    await cloud.sweep();
    await cloud.enqueued([task.id]);
    assert.equal(await cloud.push(message(task)), 204);
    await mustBeWhole(task);
  });

  /** Uploads a form; its finalize event comes before the storage has answered, in what `tell` does around it. */
  async function uploadToldEarly(around: (id: number, tell: () => Promise<void>) => Promise<void>) {
    const site = await cloud.serve(onFaulty());
    const told: number[] = [];
    const tell = async (id: number) => {
      const [[object]] = await cloud.originals().getFiles({ prefix: `${id}/` });
      const { name = '', metadata } = object ?? assert.fail('the object is not there');
      const { size, generation } = { size: String(metadata.size), generation: String(metadata.generation) };
      told.push(await cloud.tell({ bucket: cloud.originals().name, name, size, generation }));
    };
    faulty.decide = (method, path) => {
      if (method !== 'PUT' || !path.includes('/upload/')) return undefined;
      const work = async () => {
        const [task = assert.fail('the row is not there')] = await ann.tasks();
        await around(task.id, () => tell(task.id));
      };
      return { kind: 'before-answer', work };
    };
    const task = await upload(ann.at(site));
    assert.deepEqual(told, [200]);
    assert.equal(task.state, 'UPLOADED');
    await cloud.enqueued([task.id]);
    return task;
  }

  it('begins a conversion once when the finalize event of a form arrives before the answer', async () => {
    const task = await uploadToldEarly(async (id, tell) => {
      await tell();
      assert.equal((await taskNow(id)).state, 'UPLOADED');
    });
    assert.equal(await cloud.push(message(task)), 204);
    await mustBeWhole(task);
  });

  it('begins a conversion once when the finalize event of a form arrives before its row is visible', async () => {
    const task = await uploadToldEarly(async (id, tell) => {
      await cloud.hide(id, tell);
      assert.equal((await taskNow(id)).state, 'AWAITING_UPLOAD');
    });
    assert.ok(cloud.lines().some((line) => line.includes('"placement":"unplaced"')));
    assert.equal(await cloud.push(message(task)), 204);
    await mustBeWhole(task);
  });

  it('makes up by the sweep for a finalize event that is lost, before the task would expire', async () => {
    const asked = { filename: 'tone.wav', newFormat: 'mp3', size: tone.length };
    const headers = { 'Content-Type': 'application/json' };
    const answer = await ann.fetch('/api/tasks', { method: 'POST', headers, body: JSON.stringify(asked) });
    const { task, upload } = SESSION.parse(await answer.json());
    assert.equal((await fetch(upload.url, { method: 'PUT', body: Uint8Array.from(tone) })).status, 200);
    await cloud.sweep();
    assert.equal((await taskNow(task.id)).state, 'AWAITING_UPLOAD');
    await cloud.pass(86_401);
    await cloud.sweep();
    assert.equal((await taskNow(task.id)).state, 'UPLOADED');
    await cloud.enqueued([task.id]);
    assert.equal(await cloud.push(message(task)), 204);
    await mustBeWhole(task);
  });

  it('leaves an object alone whose row is not visible yet', async () => {
    const before = await upload();
    const id = before.id + 1;
    await cloud.originals().file(`${id}/tone.wav`).save(tone);
    const [{ generation }] = await cloud.originals().file(`${id}/tone.wav`).getMetadata();
    const object = { bucket: cloud.originals().name, name: `${id}/tone.wav`, size: String(tone.length) };
    await cloud.tell({ ...object, generation: String(generation) });
    assert.deepEqual(await cloud.objects([id]), [`${id}/tone.wav`]);
    const task = await upload();
    assert.equal(task.id, id);
    assert.equal(await cloud.push(message(task)), 204);
    await mustBeWhole(task);
  });

  it('loses nothing when the database goes away in the middle of a conversion and returns after three minutes', async () => {
    const address = new URL(cloud.databaseUrl());
    const database = await faultyTcp(Number(address.port));
    address.port = String(database.port);
    // Not by the socket of the server.
    address.searchParams.delete('host');
    const app = cloud.instance({ DATABASE_URL: address.href, STORAGE_EMULATOR_HOST: faulty.url });
    const task = await upload();
    const go = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    faulty.decide = (method, path) => {
      if (method !== 'GET' || !path.includes('alt=media')) return undefined;
      begun.resolve();
      return { kind: 'hold', bytes: 10_000, until: go.promise };
    };
    const converted = cloud.push(message(task), { app });
    await begun.promise;
    assert.equal((await taskNow(task.id)).state, 'PROCESSING');
    database.away();
    assert.ok((await cloud.push(message(task), { app })) >= 500);
    await cloud.pass(180);
    database.back();
    go.resolve();
    faulty.decide = () => undefined;
    const statuses = [await converted, await cloud.push(message(task), { app })];
    assert.equal(statuses.at(-1), 204, statuses.join());
    await mustBeWhole(task);
    database.close();
  });

  it('fails a conversion that never fits into the time of a function as too_long, before the platform ends it', async () => {
    const task = await upload();
    const app = cloud.instance({ STORAGE_EMULATOR_HOST: faulty.url, CONVERSION_TIMEOUT_SECONDS: '5' });
    const never = Promise.withResolvers<void>();
    faulty.decide = (method, path) =>
      method === 'GET' && path.includes('alt=media')
        ? { kind: 'hold', bytes: 10_000, until: never.promise }
        : undefined;
    assert.equal(await cloud.push(message(task), { app }), 204);
    never.resolve();
    const { state, error } = await taskNow(task.id);
    assert.deepEqual([state, error?.code], ['FAILED', 'too_long']);
    assert.equal(await cloud.push(message(task), { app }), 204);
    assert.deepEqual(await cloud.objects([task.id]), [`${task.id}/tone.wav`]);
  });

  it('fails the task of a poison file, and acknowledges its message', async () => {
    const task = await ann.create({ name: 'x.wav', bytes: Buffer.from('no audio') }, 'mp3');
    assert.equal(await cloud.push(message(task)), 204);
    assert.equal((await taskNow(task.id)).state, 'FAILED');
    assert.equal(await cloud.push(message(task)), 204);
  });

  it('harms no task when its clock jumps forth and back', async () => {
    let jump = 0;
    const app = cloud.instance({}, { clock: { now: () => new Date(Date.now() + jump) } });
    const task = await upload();
    jump = 3 * DAY;
    await cloud.sweep(app);
    const converted = cloud.push(message(task), { app });
    jump = -3 * DAY;
    await cloud.sweep(app);
    assert.equal(await converted, 204);
    jump = 3 * DAY;
    await cloud.sweep(app);
    await mustBeWhole(task);
  });
});
