import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import type { App } from '../../lib/app/app.ts';
import { testCloud } from '../support/cloud.ts';
import { type FaultyHttp, faultyHttp } from '../support/faulty.ts';
import { type Part, PROBLEM, TASK, type TaskJson, type User } from '../support/service.ts';

const LIMIT = 2_000_000;

/** Random, so that nothing of it is compressed or guessed on the way. */
const BYTES = randomBytes(1_500_000);
const audio = { name: 'Töne.wav', bytes: BYTES };

describe('A form to the functions', function () {
  this.timeout(60_000);
  const cloud = testCloud();
  let faulty: FaultyHttp;
  let app: App;
  let url: string;
  let ann: User;

  before(async () => {
    faulty = await faultyHttp(cloud.environment().STORAGE_EMULATOR_HOST ?? '');
  });
  after(() => faulty?.close());
  beforeEach(async () => {
    faulty.decide = () => undefined;
    app = cloud.instance({ STORAGE_EMULATOR_HOST: faulty.url, MAX_UPLOAD_BYTES: String(LIMIT) });
    url = await cloud.serve(app);
    ann = (await cloud.newUser()).at(url);
  });

  const stored = async () => (await cloud.originals().getFiles())[0].map(({ name }) => name).sort();
  /** What happens when the storage is asked to take a file, before it is given a byte. */
  const onFirstByte = (work: () => Promise<unknown>) => {
    let asked = false;
    faulty.decide = (method, path) => {
      if (asked || method !== 'POST' || !path.startsWith('/upload/')) return undefined;
      asked = true;
      return { kind: 'before-answer', work };
    };
  };
  const created = async (answer: Response): Promise<TaskJson> => {
    assert.equal(answer.status, 200, await answer.clone().text());
    return z.object({ task: TASK }).parse(await answer.json()).task;
  };
  const leavesNothing = async (before: readonly string[]) => {
    assert.deepEqual(await ann.tasks(), []);
    assert.deepEqual(await stored(), before);
  };

  const orders: [string, Record<string, Part>, string][] = [
    ['before the file', { newFormat: 'flac', filename: 'Lied.wav', audio }, 'Lied.wav'],
    ['after the file', { audio, newFormat: 'flac' }, 'Töne.wav'],
    ['after the file, its name among them', { audio, filename: 'Lied.wav', newFormat: 'flac' }, 'Lied.wav'],
    ['around the file', { newFormat: 'flac', audio, options: '{"compressionLevel":5}' }, 'Töne.wav'],
  ];
  for (const [where, parts, name] of orders) {
    it(`has its fields ${where}, and its file in the bucket, byte for byte`, async () => {
      const before = await stored();
      const { id, ...task } = await created(await ann.upload(parts));
      assert.deepEqual([task.name, task.convertedExt, task.state], [name, 'flac', 'UPLOADED']);
      assert.deepEqual(await stored(), [...before, `${id}/${name}`].sort());
      assert.ok((await buffer(await app.originals.read(`${id}/${name}`))).equals(BYTES));
      await cloud.enqueued([id]);
    });
  }

  it('has its row committed before the storage is given a byte, and fills no folder', async () => {
    const seen: TaskJson[] = [];
    const folders: string[] = [];
    onFirstByte(async () => {
      seen.push(...(await ann.tasks()));
      const names = await readdir(app.config.work).catch(() => []);
      folders.push(...names.filter((name) => name.startsWith(`${process.pid}-`)));
    });
    const task = await created(await ann.upload({ audio, newFormat: 'mp3' }));
    assert.deepEqual(
      seen.map(({ id, state }) => [id, state]),
      [[task.id, 'AWAITING_UPLOAD']],
    );
    assert.deepEqual(folders, []);
  });

  const refused: [string, Record<string, Part>, number, string][] = [
    ['no format', { audio }, 400, 'invalid_request'],
    ['an unknown format before the file', { newFormat: 'mp9', audio }, 422, 'unsupported_format'],
    ['an unknown format after the file', { audio, newFormat: 'mp9' }, 422, 'unsupported_format'],
    ['options that are no JSON', { audio, newFormat: 'mp3', options: '{' }, 400, 'invalid_request'],
    ['a name that is none', { audio, newFormat: 'mp3', filename: '..' }, 400, 'invalid_request'],
    [
      'an empty file',
      { audio: { ...audio, bytes: Buffer.alloc(0) }, newFormat: 'mp3' },
      400,
      'invalid_request',
    ],
    [
      'two files',
      { newFormat: 'mp3', audio, other: { name: 'b.wav', bytes: BYTES.subarray(0, 1000) } },
      400,
      'invalid_request',
    ],
    [
      'too large a file',
      { audio: { ...audio, bytes: randomBytes(LIMIT + 1) }, newFormat: 'mp3' },
      413,
      'too_large',
    ],
    ['too large a field', { audio, newFormat: 'x'.repeat(70_000) }, 413, 'too_large'],
  ];
  for (const [what, parts, status, code] of refused) {
    it(`is answered by ${status} for ${what}, and leaves neither row nor object`, async () => {
      const before = await stored();
      const answer = await ann.upload(parts);
      assert.equal(answer.status, status);
      assert.equal(PROBLEM.parse(await answer.json()).code, code);
      await leavesNothing(before);
    });
  }

  it('that is cut off in the middle of its file leaves neither row nor object', async () => {
    const before = await stored();
    const begun = Promise.withResolvers<void>();
    onFirstByte(async () => begun.resolve());
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await once(socket, 'connect');
    const head = ['POST /api/tasks HTTP/1.1', 'Host: localhost', `Authorization: Bearer ${ann.token}`];
    const type = 'Content-Type: multipart/form-data; boundary=b';
    const part = '--b\r\nContent-Disposition: form-data; name="audio"; filename="a.wav"\r\n\r\n';
    socket.write([...head, type, 'Content-Length: 1800000', '', part].join('\r\n'));
    socket.write(BYTES);
    await begun.promise;
    assert.equal((await ann.tasks()).length, 1);
    socket.destroy();
    while ((await ann.tasks()).length > 0) await new Promise(setImmediate);
    await leavesNothing(before);
  });

  it('whose file the storage refuses leaves neither row nor object', async () => {
    const before = await stored();
    faulty.decide = (_method, path) =>
      path.startsWith('/upload/') ? { kind: 'status', status: 403 } : undefined;
    assert.equal((await ann.upload({ audio, newFormat: 'mp3' })).status, 500);
    await leavesNothing(before);
  });

  it('whose connection to the storage breaks leaves neither row nor object', async () => {
    const before = await stored();
    faulty.decide = (method, path) =>
      method === 'PUT' && path.startsWith('/upload/') ? { kind: 'cut', bytes: 200_000 } : undefined;
    const answer = await ann.upload({ audio, newFormat: 'mp3' });
    assert.equal(answer.status, 503);
    assert.equal(PROBLEM.parse(await answer.json()).code, 'unavailable');
    await leavesNothing(before);
  });

  it('whose task is removed while its file comes leaves neither row nor object', async () => {
    const before = await stored();
    onFirstByte(async () => {
      const [task] = await ann.tasks();
      await ann.fetch(`/api/tasks/${task?.id}`, { method: 'DELETE' });
    });
    assert.equal((await ann.upload({ audio, newFormat: 'mp3' })).status, 404);
    await leavesNothing(before);
  });
});
