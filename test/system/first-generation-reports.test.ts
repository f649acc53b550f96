import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeTone } from '../support/audio.ts';
import { newFolder } from '../support/folders.ts';
import { PROBLEM, TASK, testService, type User } from '../support/service.ts';

const CREDENTIAL = 'known to the worker';
const CREATED = z.object({ task: TASK });

describe('Reports of first-generation workers', function () {
  this.timeout(60_000);
  const service = testService({ PAUSED: 'true', SERVICE_CREDENTIAL: CREDENTIAL });
  let audio = '';
  let ann: User;
  let original: Buffer;

  before(async () => {
    audio = await newFolder();
    await makeTone(join(audio, 'tone.wav'), 2);
    original = await readFile(join(audio, 'tone.wav'));
    ann = await service.newUser();
  });
  after(() => rm(audio, { recursive: true, force: true }));

  const newTask = async (newFormat: string) => {
    const answer = await ann.upload({ audio: { name: 'Töne 1.wav', bytes: original }, newFormat });
    return CREATED.parse(await answer.json()).task.id;
  };
  const folderOf = (id: number) => join(service.data(), 'originals', String(id));
  const make = (id: number, name: string, seconds: number, ...settings: string[]) =>
    makeTone(join(folderOf(id), name), seconds, ...settings);
  const report = (id: number) =>
    fetch(`${service.url()}/api/tasks/${id}/processed?key=${CREDENTIAL}`, { method: 'POST' });
  const refusal = async (id: number) => {
    const answer = await report(id);
    assert.equal(answer.status, 409);
    return PROBLEM.parse(await answer.json()).detail;
  };
  const stateOf = async (id: number) => (await ann.task(id)).state;

  it('move the result from the folder of the original to the results, once', async () => {
    const id = await newTask('mp3');
    await make(id, 'Töne 1.mp3', 2);
    const made = await readFile(join(folderOf(id), 'Töne 1.mp3'));
    const statuses = (await Promise.all(Array.from({ length: 10 }, () => report(id)))).map(
      ({ status }) => status,
    );
    assert.deepEqual(statuses.sort(), [200, ...Array.from({ length: 9 }, () => 409)]);
    assert.equal(await stateOf(id), 'PROCESSED');
    assert.deepEqual(await readdir(folderOf(id)), ['Töne 1.wav']);
    const result = await ann.fetch(`/api/tasks/${id}/result`);
    assert.deepEqual(Buffer.from(await result.arrayBuffer()), made);
    assert.match(await refusal(id), /no result exists/);
  });

  it('never take an original for its own result, and mind no half second more or less', async () => {
    const id = await newTask('wav');
    assert.match(await refusal(id), /no result exists/);
    const other = await newTask('flac');
    await make(other, 'Töne 1.flac', 2.4);
    assert.equal((await report(other)).status, 200);
  });

  const unsound: [string, (id: number) => Promise<void>, RegExp][] = [
    ['no file', async () => undefined, /no result exists/],
    ['a file of another codec', (id) => make(id, 'Töne 1.mp3', 2, '-c:a', 'flac', '-f', 'flac'), /is flac/],
    ['half of the sound', (id) => make(id, 'Töne 1.mp3', 1), /duration differs/],
    [
      'no sound',
      (id) => writeFile(join(folderOf(id), 'Töne 1.mp3'), 'never finished'),
      /not audio|no audio/i,
    ],
    ['a result under another name', (id) => make(id, 'tone.mp3', 2), /no result exists/],
  ];
  for (const [what, prepare, why] of unsound) {
    it(`are not believed where there is ${what}`, async () => {
      const id = await newTask('mp3');
      await prepare(id);
      const files = await readdir(folderOf(id));
      assert.match(await refusal(id), why);
      assert.equal(await stateOf(id), 'UPLOADED');
      assert.deepEqual(await readdir(folderOf(id)), files);
    });
  }

  it('count for what is requested now, and not for what was', async () => {
    const id = await newTask('mp3');
    await make(id, 'Töne 1.mp3', 2);
    await ann.fetch(`/api/tasks/${id}`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ newFormat: 'ogg' }),
    });
    assert.match(await refusal(id), /no result exists/);
    await make(id, 'Töne 1.ogg', 2, '-c:a', 'libvorbis');
    assert.equal((await report(id)).status, 200);
    assert.equal(await stateOf(id), 'PROCESSED');
  });

  it('are not believed for a task that there is not', async () => {
    assert.equal((await report(2 ** 31 - 1)).status, 404);
  });
});
