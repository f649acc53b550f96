import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { undefinedFor } from '../../lib/runtime/errors.ts';
import { makeSound } from '../support/audio.ts';
import { createBatch } from '../support/batch.ts';
import { convertFile } from '../support/engine.ts';
import { newFolder } from '../support/folders.ts';
import { PROBLEM, TASK, testService, type User } from '../support/service.ts';
import { decodedSamples, packetsOf } from '../support/sound.ts';

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

const PLAN = z.object({
  parts: z.int().nullable(),
  copied: z.boolean(),
  bytes: z.object({ least: z.number(), likely: z.number(), most: z.number() }),
});

const loud = (samples: Float64Array) => samples.reduce((sum, sample) => sum + Math.abs(sample), 0);

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
    const files = () =>
      readdir(join(service.data(), 'results', String(id), '1')).catch(undefinedFor('ENOENT'));
    assert.equal((await files())?.filter((name) => name.startsWith('part-')).length, 3);
    const body = JSON.stringify({ newFormat: 'mp3' });
    const headers = { 'Content-Type': 'application/json' };
    assert.equal((await ann.fetch(`/api/tasks/${id}`, { method: 'PUT', headers, body })).status, 200);
    assert.deepEqual((await files()) ?? [], []);
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

  const cue = (...lines: string[]) => ['FILE "../../../etc/passwd" WAVE', ...lines].join('\n');
  const tracks = [
    ...['TRACK 01 AUDIO', 'TITLE "Señal"', 'INDEX 01 00:00:10'],
    ...['TRACK 02 AUDIO', 'TITLE "../../two"', 'PERFORMER "Guest"', 'ISRC GBAYE9900002'],
    ...['INDEX 00 00:00:60', 'INDEX 01 00:01:05'],
  ];
  const sheet = cue('PERFORMER "Band"', 'TITLE "Disc"', ...tracks);

  it('by a CUE sheet has the tags of its tracks, frames of a disc, and tells of pre-gaps', async () => {
    const { parts, paths } = await partsOf('whole.wav', 'flac', { split: { cue: sheet } });
    assert.deepEqual(
      parts.map(({ name, media: { tags } }) => [
        ...[name, tags.title, tags.artist, tags.album, tags.albumArtist, tags.isrc, tags.trackNumber],
      ]),
      [
        ['01 Señal.flac', ['Señal'], ['Band'], ['Disc'], ['Band'], undefined, ['1/2']],
        ['02 .._.._two.flac', ['../../two'], ['Guest'], ['Disc'], ['Band'], ['GBAYE9900002'], ['2/2']],
      ],
    );
    assert.equal((await decodedSamples(paths[0] ?? '')).length / 2, 80 * 588);
    const told = parts[0]?.adaptations.filter(({ code }) => code === 'pregap') ?? [];
    assert.deepEqual(
      told.map(({ from }) => from),
      ['0.133 s before the first track', '00:00:20 before track 2'],
    );
    await assertWhole(paths, at('whole.wav'));
  });

  it('takes the bytes of a CUE sheet in any usual encoding', async () => {
    for (const bytes of [Buffer.from(sheet, 'latin1'), Buffer.from(`\ufeff${sheet}`, 'utf16le')]) {
      const split = { cue: { base64: bytes.toString('base64') }, name: '{title} of {total} {number}' };
      const { parts } = await partsOf('whole.wav', 'mp3', { split });
      assert.equal(parts[0]?.name, 'Señal of 2 01.mp3');
    }
  });

  it('takes the CUE sheet in the tags of the file, and leaves it out of the parts', async () => {
    await makeSound(at('image.flac'), NOISE, '-metadata', `CUESHEET=${sheet}`, '-metadata', 'ISRC=X');
    const { parts, paths } = await partsOf('image.flac', 'wav', { split: { cue: true } });
    assert.deepEqual(
      parts.map(({ name, media: { tags } }) => [name, tags.CUESHEET ?? tags.cuesheet, tags.isrc]),
      [
        ['01 Señal.wav', undefined, undefined],
        ['02 .._.._two.wav', undefined, ['GBAYE9900002']],
      ],
    );
    assert.ok(
      parts[0]?.adaptations.some(({ property, code }) => property === 'tags.isrc' && code === 'outdated'),
    );
    await assertWhole(paths, at('image.flac'));
  });

  it('is refused by a CUE sheet that cannot be followed, or is of another file', async () => {
    for (const lines of [
      ['TRACK 01 AUDIO'],
      [...tracks, 'FILE "b" WAVE'],
      ['TRACK 1 AUDIO', 'INDEX 01 0:0:0'],
    ]) {
      const answer = await send('whole.wav', 'mp3', { split: { cue: cue(...lines) } });
      assert.equal(answer.status, 400);
      assert.match(PROBLEM.parse(await answer.json()).detail, /options\.split.*CUE sheet/);
    }
    const late = cue('TRACK 01 AUDIO', 'INDEX 01 00:00:00', 'TRACK 02 AUDIO', 'INDEX 01 50:00:00');
    for (const [name, by] of [
      ['whole.wav', { cue: late }],
      ['whole.wav', { cue: true }],
      ['whole.wav', 'chapters'],
    ] as const) {
      const { state, error } = await split(name, 'mp3', { split: by });
      assert.deepEqual([state, error?.code], ['FAILED', 'cannot_split']);
    }
  });

  it('by chapters has their titles, and is every sample of a file that was joined of them', async () => {
    const chapters = [0, 0.333, 1.5].map((start, index) => ({ start, title: `Chapter ${index + 1}` }));
    for (const format of ['wav', 'm4b', 'mka']) {
      const task = await split('whole.wav', format, { chapters });
      await writeFile(at(`book.${format}`), await (await ann.fetch(`/api/tasks/${task.id}/result`)).bytes());
      const { parts, paths } = await partsOf(`book.${format}`, 'wav', { split: 'chapters' });
      assert.deepEqual(
        parts.map(({ name, media: { tags } }) => [name, tags.title, tags.album]),
        chapters.map(({ title }, index) => [`0${index + 1} ${title}.wav`, [title], ['Whole']]),
      );
      const lengths = await Promise.all(paths.map(async (path) => (await decodedSamples(path)).length / 2));
      assert.ok(Math.abs((lengths[0] ?? 0) - 14_685) <= 22, `${format}: ${lengths}`);
      if (format !== 'm4b') await assertWhole(paths, at('whole.wav'));
    }
  });

  it('right after a join is the tracks again, sample by sample', async () => {
    const cuts = {
      'a.flac': { end: 0.7 },
      'b.wav': { start: 0.7, end: 1.2345 },
      'c.flac': { start: 1.2345 },
    };
    const names = Object.keys(cuts);
    for (const [name, cut] of Object.entries(cuts))
      await convertFile(at('whole.wav'), at(name), name.slice(2), {
        ...cut,
        metadata: { title: `Track ${name}` },
      });
    const { batch, tasks } = await createBatch(ann, names, 'mp3', 'Album');
    for (const { task, upload } of tasks) {
      const body = new Uint8Array(await readFile(at(task.name)));
      await fetch(upload.url, { method: upload.method, headers: upload.headers, body });
    }
    const asked = await ann.fetch(`/api/batches/${batch.id}/join`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ newFormat: 'flac', options: { split: 'chapters' } }),
    });
    const { id } = z.object({ task: TASK }).parse(await asked.json()).task;
    assert.equal((await ann.settled(id)).state, 'PROCESSED');
    for (const [index, name] of names.entries()) {
      const answer = await ann.fetch(`/api/tasks/${id}/results/${index + 1}`);
      assert.match(
        answer.headers.get('content-disposition') ?? '',
        new RegExp(`0${index + 1} Track ${name}`),
      );
      await writeFile(at(`part-${name}`), await answer.bytes());
      assert.deepEqual(await decodedSamples(at(`part-${name}`)), await decodedSamples(at(name)), name);
    }
  });

  it('in equal lengths, without the silence at its ends, and at one level', async () => {
    const { parts, paths } = await partsOf('whole.wav', 'wav', {
      ...{ split: { every: 0.7 }, start: 0.1, end: 1.9 },
      ...{ loudness: { target: -20 }, trimSilence: { threshold: -100 } },
    });
    const seconds = parts.map(({ media }) => media.duration);
    for (const [index, expected] of [0.7, 0.7, 0.4].entries())
      assert.ok(Math.abs((seconds[index] ?? 0) - expected) < 0.01, `${seconds}`);
    const whole = (await decodedSamples(at('whole.wav'))).subarray(2 * 4410);
    let from = 0;
    const gains: number[] = [];
    for (const path of paths) {
      const part = await decodedSamples(path);
      gains.push(loud(part) / loud(whole.subarray(from, from + part.length)));
      from += part.length;
    }
    assert.ok(Math.max(...gains) / Math.min(...gains) < 1.01, `${gains}`);
    assert.ok(Math.abs((gains[0] ?? 1) - 1) > 0.02, `${gains}`);
  });

  it('is planned with the number of its parts and their bytes together', async () => {
    const plan = async (newFormat: string, split: unknown) => {
      const form = new FormData();
      form.set('newFormat', newFormat);
      form.set('options', JSON.stringify({ split }));
      form.set('audio', new Blob([new Uint8Array(await readFile(at('whole.wav')))]), 'whole.wav');
      const answer = await ann.fetch('/api/plan', { method: 'POST', body: form });
      return { status: answer.status, body: await answer.json() };
    };
    const split = { at: [0.5, 1.23456] };
    const { parts } = await partsOf('whole.wav', 'mp3', { split });
    const sizes = parts.reduce((sum, { size }) => sum + size, 0);
    const { body } = await plan('mp3', split);
    const { parts: count, bytes } = PLAN.parse(body);
    assert.equal(count, 3);
    assert.ok(bytes.least <= sizes && sizes <= bytes.most, `${sizes}: ${JSON.stringify(bytes)}`);
    assert.equal(PLAN.parse((await plan('mp3', { maxBytes: 20_000 })).body).parts, 3);
    const fitted = PLAN.parse((await plan('mp3', { fit: { maxBytes: 3000 } })).body);
    assert.equal(fitted.parts, 2);
    assert.ok(!fitted.copied && fitted.bytes.most <= 6000, JSON.stringify(fitted));
    assert.equal((await plan('mp3', 'chapters')).status, 422);
  });

  it('below a size has parts that are no larger', async () => {
    for (const [format, maxBytes] of [
      ['mp3', 20_000],
      ['flac', 100_000],
      ['wav', 100_000],
    ] as const) {
      const { parts, paths } = await partsOf('whole.wav', format, { split: { maxBytes } });
      assert.ok(parts.length > 1);
      for (const { size, name } of parts) assert.ok(size <= maxBytes, `${name}: ${size} bytes`);
      if (format !== 'mp3') await assertWhole(paths, at('whole.wav'));
    }
  });

  it('within a size has as few parts as are intelligible, and one if that is enough', async () => {
    const { parts } = await partsOf('whole.wav', 'opus', { split: { fit: { maxBytes: 2000 } } });
    assert.ok(parts.length >= 2 && parts.length <= 3, `${parts.length} parts`);
    for (const { size, name } of parts) assert.ok(size <= 2000 && size > 1000, `${name}: ${size} bytes`);
    const seconds = parts.reduce((sum, { media }) => sum + media.duration, 0);
    assert.ok(Math.abs(seconds - 2) < 0.001, `${seconds} s`);
    const { parts: whole } = await partsOf('whole.wav', 'mp3', { split: { fit: 'chat-10mb' } });
    assert.equal(whole.length, 1);
    for (const [format, options, expected] of [
      ['flac', { split: { fit: 'chat-10mb' } }, /split: expected no fit for flac, which has no bitrate/],
      ['mp3', { split: { fit: 'chat-10mb' }, bitrate: 64_000 }, /bitrate: expected split.fit or bitrate/],
      ['mp3', { split: { fit: { maxBytes: 1 } } }, /split\.fit\.maxBytes: expected a whole number of 1000/],
    ] as const) {
      const answer = await send('whole.wav', format, options);
      assert.equal(answer.status, 400);
      assert.match(PROBLEM.parse(await answer.json()).detail, expected);
    }
  });

  it('as a copy has each packet in one part', async () => {
    for (const [format, from] of [
      ['mp3', 'song.mp3'],
      ['m4a', 'song.m4a'],
      ['opus', 'song.opus'],
    ] as const) {
      await makeSound(at(from), NOISE);
      const { paths } = await partsOf(from, format, { audio: 'copy', split: { at: [0.4321, 1.2] } });
      const packets = await Promise.all(paths.map(packetsOf));
      assert.deepEqual(packets.flat(), await packetsOf(at(from)), format);
    }
  });
});
