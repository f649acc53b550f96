import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeTone } from '../support/audio.ts';
import { PROBLEM, TASK, testService, type User } from '../support/service.ts';

const PRESET = z.strictObject({
  id: z.int(),
  name: z.string(),
  format: z.string(),
  options: z.record(z.string(), z.unknown()),
  createdAt: z.iso.datetime(),
  changedAt: z.iso.datetime(),
});
const OUTPUT = TASK.extend({ options: z.record(z.string(), z.unknown()) });
const SMALL = { format: 'mp3', options: { quality: 2, loudness: { target: -18 }, preset: 'podcast' } };

describe('Saved presets', () => {
  const service = testService();
  let user: User;
  let tone: Uint8Array;

  before(async () => {
    user = await service.newUser();
    const path = join(service.data(), 'tone.wav');
    await makeTone(path, 1);
    tone = await readFile(path);
  });

  const send = (method: string, path: string, body: object, as = user) =>
    as.fetch(path, {
      method,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  const save = async (body: object, as = user) => {
    const answer = await send('POST', '/api/presets', body, as);
    assert.equal(answer.status, 200, await answer.clone().text());
    return PRESET.parse(await answer.json());
  };
  const announce = (body: object, as = user) =>
    send('POST', '/api/tasks', { filename: 'a.wav', ...body }, as);
  const announced = async (body: object, as = user) => {
    const answer = await announce(body, as);
    assert.equal(answer.status, 200, await answer.clone().text());
    const { id, convertedExt, options } = z.object({ task: OUTPUT }).parse(await answer.json()).task;
    return { id, convertedExt, options };
  };
  const refusal = async (answer: Response) => {
    const { status, code, detail, errors } = PROBLEM.parse(await answer.json());
    return { status, code, detail, path: errors?.[0]?.path };
  };

  it('are saved, listed, changed and removed by their user alone', async () => {
    const eve = await service.newUser();
    const saved = await save({ name: ' small ', ...SMALL });
    assert.deepEqual([saved.name, saved.format, saved.options], ['small', 'mp3', SMALL.options]);
    const path = `/api/presets/${saved.id}`;
    assert.deepEqual(await (await user.fetch('/api/presets')).json(), [saved]);
    assert.deepEqual(await (await user.fetch(path)).json(), saved);
    for (const method of ['GET', 'DELETE']) assert.equal((await eve.fetch(path, { method })).status, 404);
    assert.equal((await send('PUT', path, { name: 'x', format: 'mp3' }, eve)).status, 404);
    const changed = await send('PUT', path, { name: 'other', format: 'FLAC' });
    const { name, format, options } = PRESET.parse(await changed.json());
    assert.deepEqual([name, format, options], ['other', 'flac', {}]);
    assert.equal((await user.fetch(path, { method: 'DELETE' })).status, 200);
    assert.equal((await user.fetch(path)).status, 404);
  });

  it('are refused with a name that is taken, or built in, and beyond 100', async () => {
    const many = await service.newUser();
    const first = await save({ name: 'no 0', format: 'mp3' }, many);
    const taken = await refusal(
      await send('POST', '/api/presets', { name: first.name, format: 'wav' }, many),
    );
    assert.deepEqual([taken.status, taken.code, taken.path], [409, 'taken', 'name']);
    for (const name of ['podcast', 'Podcast', '', ' ', 'a\nb', 'x'.repeat(81)]) {
      const answer = await refusal(await send('POST', '/api/presets', { name, format: 'mp3' }, many));
      assert.deepEqual([answer.status, answer.path], [400, 'name'], JSON.stringify(name));
    }
    for (let number = 1; number < 100; number += 1) await save({ name: `no ${number}`, format: 'mp3' }, many);
    const beyond = await refusal(await send('POST', '/api/presets', { name: 'more', format: 'mp3' }, many));
    assert.deepEqual([beyond.status, beyond.path], [400, 'name']);
    assert.match(beyond.detail, /at most 100 presets/);
  });

  it('are refused where the service could not make them', async () => {
    for (const [body, status, path] of [
      [{ format: 'mp5' }, 422, 'format'],
      [{}, 400, 'format'],
      [{ format: 'mp3', options: { bitrate: 1 } }, 400, 'options.bitrate'],
      [{ format: 'flac', options: { quality: 3 } }, 400, 'options'],
      [{ format: 'mp3', options: { preset: 'another' } }, 400, 'options.preset'],
      [{ format: 'mp3', colour: 'red' }, 400, ''],
    ] as const) {
      const answer = await refusal(await send('POST', '/api/presets', { name: 'bad', ...body }));
      assert.deepEqual([answer.status, answer.path], [status, path], JSON.stringify(body));
    }
  });

  it('give their format and options to forms, announcements, changes and requests in one', async () => {
    const { name } = await save({ name: 'everywhere', format: 'ogg', options: { channels: 1 } });
    const expected = { convertedExt: 'ogg', options: { channels: 1 } };
    const form = await user.upload({
      audio: { name: 'a.wav', bytes: tone },
      options: JSON.stringify({ preset: name }),
    });
    const { task } = z.object({ task: OUTPUT }).parse(await form.json());
    assert.deepEqual({ convertedExt: task.convertedExt, options: task.options }, expected);
    const { id, ...made } = await announced({ options: { preset: name } });
    assert.deepEqual(made, expected);
    assert.ok(id > task.id);
    await user.settled(task.id);
    const changed = await send('PUT', `/api/tasks/${task.id}`, {
      newFormat: 'wav',
      options: { preset: name },
    });
    const { convertedExt, options } = OUTPUT.parse(await changed.json());
    assert.deepEqual({ convertedExt, options }, { convertedExt: 'wav', options: { channels: 1 } });
    const converted = new FormData();
    converted.append('preset', name);
    converted.append('audio', new Blob([Uint8Array.from(tone)]), 'a.wav');
    const answer = await user.fetch('/api/convert', { method: 'POST', body: converted });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'audio/ogg');
  });

  it('give way to the options of the request, with those that these exclude', async () => {
    const { name } = await save({ name: 'gives way', ...SMALL });
    const withOwn = async (options: object) =>
      (await announced({ newFormat: 'mp3', options: { preset: name, ...options } })).options;
    const loudness = { target: -18, truePeak: -1 };
    assert.deepEqual(await withOwn({}), { quality: 2, loudness, preset: 'podcast' });
    assert.deepEqual(await withOwn({ quality: 9 }), { quality: 9, loudness, preset: 'podcast' });
    assert.deepEqual(await withOwn({ bitrate: 96_000 }), { bitrate: 96_000, loudness, preset: 'podcast' });
    assert.deepEqual(await withOwn({ gain: 3 }), { gain: 3, quality: 2, preset: 'podcast' });
    assert.deepEqual(await withOwn({ audio: 'copy' }), { audio: 'copy' });
    const both = await announce({ newFormat: 'mp3', options: { preset: name, bitrate: 96_000, quality: 1 } });
    assert.deepEqual((await refusal(both)).path, 'options.quality');
  });

  it('do not change tasks that they made', async () => {
    const { id, name } = await save({ name: 'passing', format: 'ogg', options: { channels: 2 } });
    const task = await announced({ options: { preset: name } });
    await send('PUT', `/api/presets/${id}`, { name, format: 'mp3' });
    assert.equal((await announced({ options: { preset: name } })).convertedExt, 'mp3');
    await user.fetch(`/api/presets/${id}`, { method: 'DELETE' });
    const shown = OUTPUT.parse(await (await user.fetch(`/api/tasks/${task.id}`)).json());
    assert.deepEqual([shown.convertedExt, shown.options], ['ogg', { channels: 2 }]);
  });

  it('are named where they do not exist, belong to another user, or do not fit the format', async () => {
    const { name } = await save({ name: '__proto__', format: 'mp3', options: { quality: 5 } });
    assert.deepEqual((await announced({ options: { preset: name } })).options, { quality: 5 });
    const eve = await service.newUser();
    for (const [preset, as] of [
      ['__proto__', eve],
      ['constructor', user],
      ['toString', user],
      ['', user],
    ] as const) {
      const answer = await refusal(await announce({ newFormat: 'mp3', options: { preset } }, as));
      assert.deepEqual([answer.status, answer.path], [400, 'options.preset'], preset);
      assert.match(answer.detail, /expected one of speech, .*, or the name of a saved preset/);
    }
    const unfit = await refusal(await announce({ newFormat: 'flac', options: { preset: name } }));
    assert.deepEqual([unfit.status, unfit.path], [400, 'options.preset']);
    assert.match(unfit.detail, /The preset "__proto__" does not fit: .*flac takes/);
    const formless = await refusal(await announce({ options: {} }));
    assert.deepEqual([formless.status, formless.path], [400, 'newFormat']);
  });
});
