import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeSound } from '../support/audio.ts';
import { newFolder } from '../support/folders.ts';
import { PROBLEM, TASK, testService, type User } from '../support/service.ts';
import { decodedSamples } from '../support/sound.ts';

const NOISE = 'anoisesrc=color=pink:sample_rate=44100:amplitude=0.4:seed=7:duration=2';

const PARTS = z.array(
  z.object({
    number: z.int(),
    name: z.string(),
    size: z.int(),
    media: z.object({ duration: z.number(), tags: z.record(z.string(), z.array(z.string())) }),
    adaptations: z.array(z.object({ property: z.string(), from: z.any(), to: z.any(), code: z.string() })),
  }),
);

describe('An original that is split', function () {
  this.timeout(180_000);
  const service = testService();
  let folder: string;
  const at = (name: string) => join(folder, name);
  let ann: User;

  before(async () => {
    ann = await service.newUser();
    folder = await newFolder();
    await makeSound(at('whole.wav'), NOISE, '-ac', '2', '-metadata', 'title=Whole');
  });

  const send = async (name: string, newFormat: string, options: object) =>
    ann.upload({
      audio: { name, bytes: await readFile(at(name)) },
      newFormat,
      options: JSON.stringify(options),
    });

  async function split(name: string, newFormat: string, options: object) {
    const answer = await send(name, newFormat, options);
    assert.equal(answer.status, 200, await answer.clone().text());
    const { id } = z.object({ task: TASK }).parse(await answer.json()).task;
    return { ...(await ann.settled(id)), id };
  }

  /** The parts of a task, each with the path of its file. */
  async function partsOf(name: string, newFormat: string, options: object) {
    const task = await split(name, newFormat, options);
    assert.equal(task.state, 'PROCESSED', JSON.stringify(task));
    const parts = PARTS.parse(await (await ann.fetch(`/api/tasks/${task.id}/results`)).json());
    const paths: string[] = [];
    for (const { number } of parts) {
      const answer = await ann.fetch(`/api/tasks/${task.id}/results/${number}`);
      assert.equal(answer.status, 200);
      paths.push(at(`${task.id}-${number}.${newFormat}`));
      await writeFile(paths.at(-1) ?? '', await answer.bytes());
    }
    return { id: task.id, parts, paths };
  }

  async function assertWhole(paths: readonly string[], whole: string) {
    const parts = await Promise.all(paths.map((path) => decodedSamples(path)));
    const samples = parts.flatMap((each) => [...each]);
    assert.deepEqual(Float64Array.from(samples), await decodedSamples(whole));
  }

  it('at times gives parts that are the whole together, each a result with its number', async () => {
    const { id, parts, paths } = await partsOf('whole.wav', 'flac', { split: { at: [0.5, 1.23456] } });
    assert.deepEqual(
      parts.map(({ name }) => name),
      ['whole 01.flac', 'whole 02.flac', 'whole 03.flac'],
    );
    assert.deepEqual(
      parts.map(({ media: { tags } }) => [tags.title, tags.trackNumber]),
      [1, 2, 3].map((number) => [[`Whole (${number}/3)`], [`${number}/3`]]),
    );
    await assertWhole(paths, at('whole.wav'));
    const archive = Buffer.from(await (await ann.fetch(`/api/tasks/${id}/results.zip`)).bytes());
    for (const { name } of parts) assert.ok(archive.includes(name), name);
    assert.equal((await ann.fetch(`/api/tasks/${id}/result`)).headers.get('content-type'), 'audio/flac');
    assert.equal((await ann.fetch(`/api/tasks/${id}`, { method: 'DELETE' })).status, 200);
  });

  it('is refused at no time of its sound', async () => {
    for (const times of [[0], [-1], [1, 1], [1, 0.5], []]) {
      const answer = await send('whole.wav', 'mp3', { split: { at: times } });
      assert.equal(answer.status, 400, JSON.stringify(times));
      assert.match(PROBLEM.parse(await answer.json()).detail, /options\.split.*expected/);
    }
    for (const time of [2, 3]) {
      const { state, error } = await split('whole.wav', 'mp3', { split: { at: [time] } });
      assert.deepEqual([state, error?.code], ['FAILED', 'cannot_split']);
    }
  });
});
