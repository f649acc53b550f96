import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeSound } from '../support/audio.ts';
import { createBatch } from '../support/batch.ts';
import { convertFile } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { PROBLEM, TASK, testService, type User } from '../support/service.ts';
import { decodedMd5, decodedSamples } from '../support/sound.ts';

const NOISE = 'anoisesrc=color=pink:sample_rate=44100:amplitude=0.4:seed=5:duration=2';

const CHAPTER = z.object({ start: z.number(), end: z.number(), title: z.string() });

const JOINED = TASK.extend({
  result: z
    .object({
      media: z.object({
        duration: z.number(),
        sampleRate: z.number(),
        channels: z.number(),
        coverArt: z.boolean(),
        tags: z.record(z.string(), z.array(z.string())),
        chapters: z.array(CHAPTER),
      }),
      adaptations: z.array(z.object({ property: z.string(), code: z.string(), reason: z.string() })),
    })
    .nullable(),
});

describe('A join of a batch', function () {
  this.timeout(180_000);
  const service = testService();
  const folder = temporaryFolder();
  const at = (name: string) => join(folder(), name);

  /** A batch of files that are in the folder; those that are named in `awaited` are not sent. */
  async function batchOf(user: User, names: readonly string[], awaited: readonly string[] = []) {
    const made = await createBatch(user, names, 'mp3', 'Album');
    for (const { task, upload } of made.tasks) {
      if (awaited.includes(task.name)) continue;
      const body = new Uint8Array(await readFile(at(task.name)));
      const sent = await fetch(upload.url, { method: upload.method, headers: upload.headers, body });
      assert.equal(sent.status, 200);
    }
    return { id: made.batch.id, tasks: made.tasks.map(({ task }) => task.id) };
  }

  const ask = (user: User, id: number, body: object) =>
    user.fetch(`/api/batches/${id}/join`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });

  async function joined(user: User, id: number, body: object) {
    const answer = await ask(user, id, body);
    assert.equal(answer.status, 200, await answer.clone().text());
    const created = z.object({ task: TASK }).parse(await answer.json()).task;
    await user.settled(created.id);
    return shown(user, created.id);
  }

  async function shown(user: User, id: number) {
    return JOINED.parse(await (await user.fetch(`/api/tasks/${id}`)).json());
  }

  async function resultOf(user: User, id: number, name: string): Promise<string> {
    const answer = await user.fetch(`/api/tasks/${id}/result`);
    assert.equal(answer.status, 200);
    await writeFile(at(name), new Uint8Array(await answer.arrayBuffer()));
    return at(name);
  }

  async function problemOf(answer: Response) {
    return PROBLEM.parse(await answer.json());
  }

  it('gives the samples of the whole back that was cut into lossless tracks', async () => {
    const user = await service.newUser();
    await makeSound(at('whole.wav'), NOISE, '-ac', '2', '-c:a', 'pcm_s24le');
    const cuts = [
      ['a.flac', { end: 0.7 }],
      ['b.wav', { start: 0.7, end: 1.2345 }],
      ['c.flac', { start: 1.2345 }],
    ] as const;
    for (const [name, cut] of cuts) await convertFile(at('whole.wav'), at(name), name.slice(2), cut);
    const { id } = await batchOf(user, ['a.flac', 'b.wav', 'c.flac']);
    const { state, error, ...task } = await joined(user, id, { newFormat: 'flac' });
    assert.equal(state, 'PROCESSED', error?.message);
    const result = await resultOf(user, task.id, 'joined.flac');
    assert.equal(await decodedMd5(result), await decodedMd5(at('whole.wav')));
  });

  it('has a chapter for each track, their common tags, and no sample between them', async () => {
    const user = await service.newUser();
    const names = ['1.mp3', '2.m4a', '3.opus'];
    for (const [index, name] of names.entries()) {
      const tags = [
        '-metadata',
        `title=Part ${index + 1}`,
        '-metadata',
        'album=Book',
        '-metadata',
        'artist=Ann',
      ];
      await makeSound(at(name), NOISE.replace('duration=2', `duration=${1 + index / 10}`), ...tags);
    }
    const { id } = await batchOf(user, names);
    const book = await joined(user, id, { newFormat: 'm4b', name: 'A/B 2.0' });
    assert.equal(book.state, 'PROCESSED', book.error?.message);
    const { media } = book.result ?? assert.fail();
    assert.deepEqual(
      media.chapters.map(({ title }) => title),
      ['Part 1', 'Part 2', 'Part 3'],
    );
    assert.deepEqual(
      [media.tags.album, media.tags.artist, media.tags.title],
      [['Book'], ['Ann'], ['A/B 2.0']],
    );
    const listed = z
      .array(z.object({ name: z.string() }))
      .parse(await (await user.fetch('/api/tasks')).json());
    assert.equal(listed.at(-1)?.name, 'A_B 2.0.join');
    const ends = media.chapters.map(({ end }) => end);
    for (const [index, end] of [1, 2.1, 3.3].entries())
      assert.ok(Math.abs((ends[index] ?? 0) - end) < 0.002, `${ends}`);
    assert.ok(Math.abs(media.duration - 3.3) < 0.001, `${media.duration} s`);
  });

  it('brings 5.1 at 48000 Hz and mono at 8000 Hz to one sound, and tells so', async () => {
    const user = await service.newUser();
    await makeSound(at('wide.wav'), 'sine=frequency=300:sample_rate=48000:duration=1', '-ac', '6');
    await makeSound(at('phone.wav'), 'sine=frequency=300:sample_rate=8000:duration=1', '-ac', '1');
    const { id } = await batchOf(user, ['wide.wav', 'phone.wav']);
    const { result, error } = await joined(user, id, { newFormat: 'flac' });
    assert.ok(result, error?.message);
    assert.deepEqual([result.media.sampleRate, result.media.channels], [48_000, 6]);
    assert.ok(Math.abs(result.media.duration - 2) < 0.001);
    const told = result.adaptations.filter(({ code }) => code === 'joined');
    assert.deepEqual(told.map(({ property }) => property).sort(), ['channels', 'sampleRate']);
    assert.match(told[0]?.reason ?? '', /phone/);
  });

  it('overlaps its tracks by a crossfade, in the order that is asked for', async () => {
    const user = await service.newUser();
    await makeSound(at('low.wav'), 'aevalsrc=0.5:sample_rate=8000:duration=1');
    await makeSound(at('high.wav'), 'aevalsrc=-0.25:sample_rate=8000:duration=1');
    const { id, tasks } = await batchOf(user, ['low.wav', 'high.wav']);
    const task = await joined(user, id, { newFormat: 'wav', crossfade: 0.25, tasks: tasks.toReversed() });
    assert.equal(task.state, 'PROCESSED', task.error?.message);
    const samples = await decodedSamples(await resultOf(user, task.id, 'faded.wav'));
    assert.equal(samples.length, 14_000);
    for (const [place, value] of [
      [5999, -0.25],
      [7000, (0.5 - 0.25) / 2],
      [8001, 0.5],
    ] as const)
      assert.ok(Math.abs((samples[place] ?? 0) - value) < 0.002, `${place}: ${samples[place]}`);
    const short = await joined(user, id, { newFormat: 'wav', crossfade: 0.6 });
    assert.deepEqual([short.state, short.error?.code], ['FAILED', 'cannot_join']);
    assert.match(short.error?.message ?? '', /1\.000 s/);
  });

  it('refuses tracks that have not come or failed, and others than those of the batch', async () => {
    const [ann, bob] = [await service.newUser(), await service.newUser()];
    await makeSound(at('a.wav'), NOISE);
    await writeFile(at('b.wav'), 'no sound');
    const { id, tasks } = await batchOf(ann, ['a.wav', 'b.wav', 'c.wav'], ['c.wav']);
    for (const task of tasks.slice(0, 2)) await ann.settled(task);
    const refused = await problemOf(await ask(ann, id, { newFormat: 'flac' }));
    assert.deepEqual([refused.code, refused.errors?.length], ['not_ready', 2]);
    assert.match(refused.detail, /b\.wav.*FAILED/);
    assert.equal((await joined(ann, id, { newFormat: 'flac', tasks: tasks.slice(0, 1) })).state, 'PROCESSED');
    assert.equal((await ask(bob, id, { newFormat: 'flac' })).status, 404);
    const other = await batchOf(bob, ['a.wav']);
    const foreign = await problemOf(
      await ask(bob, other.id, { newFormat: 'flac', tasks: [...other.tasks, ...tasks] }),
    );
    assert.deepEqual([foreign.code, foreign.errors?.[0]?.path], ['invalid_request', 'tasks.1']);
    for (const body of [{ tasks: [] }, { crossfade: -1 }, { crossfade: 31 }, { newFormat: 'xyz' }])
      assert.ok((await ask(bob, other.id, { newFormat: 'flac', ...body })).status >= 400);
  });

  it('can be converted again, and fails with the number of a track that was removed meanwhile', async () => {
    const user = await service.newUser();
    await makeSound(at('a.wav'), NOISE);
    await makeSound(at('b.wav'), NOISE);
    const { id, tasks } = await batchOf(user, ['a.wav', 'b.wav']);
    const first = await joined(user, id, { newFormat: 'flac' });
    const change = (newFormat: string) =>
      user.fetch(`/api/tasks/${first.id}`, {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ newFormat }),
      });
    assert.equal((await change('ogg')).status, 200);
    assert.deepEqual(
      [(await user.settled(first.id)).state, (await shown(user, first.id)).revision],
      ['PROCESSED', 2],
    );
    await user.fetch(`/api/tasks/${tasks[1]}`, { method: 'DELETE' });
    assert.equal((await change('wav')).status, 200);
    const { error } = await user.settled(first.id);
    assert.equal(error?.code, 'cannot_join');
    assert.match(error.message, /Track 2/);
  });

  it('takes no tracks of other users, whatever a file says', async () => {
    const [ann, bob] = [await service.newUser(), await service.newUser()];
    await makeSound(at('a.wav'), NOISE);
    const { tasks } = await batchOf(ann, ['a.wav']);
    const list = Buffer.from(JSON.stringify({ join: tasks, title: null, crossfade: 0 }));
    const { state, error } = await bob.convert({ name: 'x.join', bytes: list }, 'flac');
    assert.deepEqual([state, error?.code], ['FAILED', 'cannot_join']);
  });
});
