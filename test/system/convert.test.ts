import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTone } from '../support/audio.ts';
import { testEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { PROBLEM, TASK, testService, type User } from '../support/service.ts';

describe('POST /api/convert', function () {
  this.timeout(60_000);
  const service = testService();
  const folder = temporaryFolder();

  async function form(fields: Record<string, string>, name = 'söng.wav'): Promise<FormData> {
    const path = join(folder(), 'in.wav');
    await makeTone(path, 1, '-ar', '44100');
    const data = new FormData();
    for (const [field, value] of Object.entries(fields)) data.set(field, value);
    data.set('audio', new Blob([await readFile(path)]), name);
    return data;
  }

  const convert = (user: User, body: FormData, query = '', headers: Record<string, string> = {}) =>
    user.fetch(`/api/convert${query}`, { method: 'POST', body, headers });

  async function mediaOf(answer: Response) {
    assert.equal(answer.status, 200, await (answer.ok ? '' : answer.text()));
    const path = join(folder(), 'out');
    await writeFile(path, Buffer.from(await answer.arrayBuffer()));
    return (await (await testEngine()).probe(path, new AbortController().signal)).media;
  }

  it('answers the converted file, with its name, type and task', async () => {
    const user = await service.newUser();
    const answer = await convert(user, await form({ newFormat: 'mp3' }));
    assert.equal(answer.headers.get('content-type'), 'audio/mpeg');
    assert.match(answer.headers.get('content-disposition') ?? '', /filename\*=UTF-8''s%C3%B6ng\.mp3/);
    const location = answer.headers.get('location') ?? '';
    assert.equal((await mediaOf(answer)).codec, 'mp3');
    assert.equal(TASK.parse(await (await user.fetch(location)).json()).state, 'PROCESSED');
  });

  it('takes format and options from fields, from JSON and from the query, fields first', async () => {
    const user = await service.newUser();
    const options = '{"channels":1,"sampleRate":8000}';
    const body = await form({ format: 'FLAC', sampleRate: '22050', options });
    const media = await mediaOf(await convert(user, body, '?format=mp3&channels=2&bitDepth=24'));
    assert.deepEqual([media.codec, media.sampleRate, media.channels], ['flac', 22_050, 2]);
  });

  it('names what is wrong with an option', async () => {
    const user = await service.newUser();
    for (const [fields, expected] of [
      [{ format: 'mp3', colour: 'red' }, /there is no \\"colour\\"; mp3 takes/],
      [{ format: 'mp3', bitrate: 'loud' }, /options\.bitrate/],
      [{ format: 'mp3', options: '[1]', bitrate: '128000' }, /not a JSON object/],
      [{ format: 'mp3', options: '{' }, /not valid JSON/],
      [{ format: 'mp3', ['__proto__']: '1' }, /__proto__/],
      [{ format: 'mp9' }, /mp9/],
      [{}, /expected a format/],
    ] as const) {
      const answer = await convert(user, await form(fields));
      assert.ok([400, 422].includes(answer.status));
      assert.match(JSON.stringify(await answer.json()), expected);
    }
    assert.deepEqual(await user.tasks(), []);
  });

  it('fails with the code of the conversion', async () => {
    const user = await service.newUser();
    const body = new FormData();
    body.set('format', 'mp3');
    body.set('audio', new Blob(['no audio at all']), 'a.wav');
    const answer = await convert(user, body);
    assert.equal(answer.status, 422);
    assert.equal(PROBLEM.parse(await answer.json()).code, 'not_audio');
    assert.match(answer.headers.get('location') ?? '', /^\/api\/tasks\/\d+$/);
  });

  it('answers with the task at once, if the client prefers that', async () => {
    const user = await service.newUser();
    const answer = await convert(user, await form({ format: 'mp3' }), '', { Prefer: 'respond-async' });
    assert.equal(answer.status, 202);
    assert.equal(answer.headers.get('preference-applied'), 'respond-async');
    const { id } = TASK.parse(await answer.json());
    assert.equal(answer.headers.get('location'), `/api/tasks/${id}`);
    assert.equal((await user.settled(id)).state, 'PROCESSED');
    const waited = await convert(user, await form({ format: 'mp3' }), '', {
      Prefer: 'respond-async, wait=30',
    });
    assert.equal(waited.status, 200);
    assert.equal(waited.headers.get('preference-applied'), 'wait=30');
    await waited.body?.cancel();
  });

  it('needs a form, a token, and a time to wait that it can keep', async () => {
    const user = await service.newUser();
    const asJson = await user.fetch('/api/convert', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    });
    assert.equal(asJson.status, 415);
    assert.equal((await convert(user, await form({ format: 'mp3' }), '?wait=1e9')).status, 400);
    assert.equal((await fetch(`${service.url()}/api/convert`, { method: 'POST' })).status, 401);
  });
});
