import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { undefinedFor } from '../../lib/runtime/errors.ts';
import { makeTone } from '../support/audio.ts';
import { newFolder } from '../support/folders.ts';
import { PROBLEM, TASK, testService, type User } from '../support/service.ts';
import { until } from '../support/until.ts';

const SHOWN = TASK.extend({
  resultCount: z.int(),
  outputs: z.array(z.object({ format: z.string() })).nullable(),
});
const CREATED = z.object({ task: SHOWN });
const RESULTS = z.array(
  z.object({
    number: z.int(),
    name: z.string(),
    format: z.string(),
    size: z.int(),
    media: z.object({ duration: z.number().nullable() }),
  }),
);

describe('Several results of one original', function () {
  this.timeout(60_000);
  const service = testService();
  let ann: User;
  let audio: { name: string; bytes: Buffer };

  before(async () => {
    ann = await service.newUser();
    const path = join(await newFolder(), 'song.wav');
    await makeTone(path, 2);
    audio = { name: 'song.wav', bytes: await readFile(path) };
  });

  const put = (id: number, body: unknown) =>
    ann.fetch(`/api/tasks/${id}`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  const resultsOf = async (id: number) =>
    RESULTS.parse(await (await ann.fetch(`/api/tasks/${id}/results`)).json());
  async function create(outputs: unknown) {
    const answer = await ann.upload({ audio, outputs: JSON.stringify(outputs) });
    return CREATED.parse(await answer.json()).task;
  }
  async function converted(outputs: unknown) {
    const { id } = await create(outputs);
    const task = await ann.settled(id);
    assert.equal(task.state, 'PROCESSED', JSON.stringify(task));
    return id;
  }
  const under = (...path: string[]) =>
    readdir(join(service.data(), ...path), { recursive: true }).catch(undefinedFor('ENOENT'));
  const filesOf = async (id: number) =>
    ((await under('results', String(id))) ?? []).filter((path) => /\.(mp3|flac|opus)$/.test(path));
  it('are made in one task, each with its name, and are one archive', async () => {
    const id = await converted([{ format: 'mp3' }, { format: 'flac', options: { end: 1 }, name: 'part' }]);
    const results = await resultsOf(id);
    assert.deepEqual(
      results.map(({ number, name, format, media }) => [number, name, format, media.duration]),
      [
        [1, 'song.mp3', 'mp3', 2],
        [2, 'part.flac', 'flac', 1],
      ],
    );
    const first = await (await ann.fetch(`/api/tasks/${id}/result`)).bytes();
    assert.deepEqual(await (await ann.fetch(`/api/tasks/${id}/results/1`)).bytes(), first);
    const second = await ann.fetch(`/api/tasks/${id}/results/2`);
    assert.match(second.headers.get('content-disposition') ?? '', /part\.flac/);
    assert.equal(second.headers.get('content-type'), 'audio/flac');
    assert.equal((await second.bytes()).length, results[1]?.size);
    const archive = Buffer.from(await (await ann.fetch(`/api/tasks/${id}/results.zip`)).bytes());
    assert.ok(archive.includes('song.mp3') && archive.includes('part.flac'));
    const task = SHOWN.parse(await (await ann.fetch(`/api/tasks/${id}`)).json());
    assert.deepEqual([task.resultCount, task.outputs?.length], [2, 2]);
  });

  it('have numbers, and others are none', async () => {
    const id = await converted([{ format: 'mp3' }]);
    for (const [number, status] of [
      ['1', 200],
      ['2', 404],
      ['0', 400],
      ['x', 400],
    ])
      assert.equal((await ann.fetch(`/api/tasks/${id}/results/${number}`)).status, status, String(number));
    const bob = await service.newUser();
    for (const path of ['results', 'results/1', 'results.zip'])
      assert.equal((await bob.fetch(`/api/tasks/${id}/${path}`)).status, 404);
  });

  it('go away with their task, and with its next revision', async () => {
    const id = await converted([{ format: 'mp3' }, { format: 'mp3' }, { format: 'opus' }]);
    assert.equal((await filesOf(id)).length, 3);
    await put(id, { outputs: [{ format: 'flac' }, { format: 'mp3', name: 'other' }] });
    await ann.settled(id);
    assert.deepEqual((await filesOf(id)).map((path) => path.split('/').at(-1)).sort(), [
      'other.mp3',
      'song.flac',
    ]);
    await put(id, { newFormat: 'mp3' });
    await ann.settled(id);
    assert.equal((await resultsOf(id)).length, 1);
    assert.equal((await filesOf(id)).length, 1);
    await ann.fetch(`/api/tasks/${id}`, { method: 'DELETE' });
    assert.deepEqual(await filesOf(id), []);
  });

  it('leave no file if the task is removed while they are made', async () => {
    const { id } = await create([{ format: 'mp3' }, { format: 'flac' }, { format: 'opus' }]);
    await until(async () => (await filesOf(id)).length > 0);
    await ann.fetch(`/api/tasks/${id}`, { method: 'DELETE' });
    await until(async () => (await under('work'))?.length === 0);
    assert.deepEqual(await filesOf(id), []);
  });

  it('fail together, and the sentence names the output', async () => {
    const { id } = await create([{ format: 'mp3' }, { format: 'mp3', options: { start: 100 } }]);
    const task = await ann.settled(id);
    assert.equal(task.state, 'FAILED');
    assert.match(task.error?.message ?? '', /^Output 2 \(song \(2\)\.mp3\): /);
  });

  it('are refused with the place of the mistake', async () => {
    const answer = await ann.upload({ audio, outputs: '[{"format":"mp3"},{"format":"mp5"}]' });
    assert.equal(answer.status, 422);
    assert.equal(PROBLEM.parse(await answer.json()).errors?.[0]?.path, 'outputs.1.format');
  });
});
