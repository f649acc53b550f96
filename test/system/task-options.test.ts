import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FORMATS } from '../../lib/audio/formats/formats.ts';
import { ADAPTATIONS } from '../../lib/audio/media/adaptations.ts';
import { makeTone } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { PROBLEM, testService, type User } from '../support/service.ts';

const MEDIA = z.looseObject({
  codec: z.string(),
  duration: z.number(),
  sampleRate: z.number(),
  channels: z.number(),
  loudness: z.object({ integrated: z.number(), truePeak: z.number(), range: z.number() }).nullable(),
});
const CODES = Object.keys(ADAPTATIONS);
const TASK = z.object({
  id: z.int(),
  revision: z.int(),
  options: z.record(z.string(), z.unknown()),
  media: MEDIA.nullable(),
  result: z
    .object({
      media: MEDIA,
      adaptations: z.array(
        z.object({
          ...{ property: z.string(), from: z.unknown(), to: z.unknown() },
          ...{ code: z.enum(CODES), reason: z.string() },
        }),
      ),
    })
    .nullable(),
});

describe('Options of a task', function () {
  this.timeout(60_000);
  const service = testService();
  const folder = temporaryFolder();
  let user: User;
  let tone: Buffer;

  before(async () => {
    user = await service.newUser();
  });
  beforeEach(async () => {
    await makeTone(join(folder(), 'tone.wav'), 3);
    tone = await readFile(join(folder(), 'tone.wav'));
  });

  const audio = () => ({ name: 'tone.wav', bytes: tone });
  const json = (method: string, body: unknown): RequestInit => ({
    method,
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json' },
  });
  const settled = async (id: number) => {
    await user.settled(id);
    return TASK.parse(await (await user.fetch(`/api/tasks/${id}`)).json());
  };
  const created = async (answer: Response) => {
    assert.equal(answer.status, 200, await answer.clone().text());
    return z.object({ task: TASK }).parse(await answer.json()).task;
  };

  it('come with the form, stay on the task, and do what they say', async () => {
    const options = { start: 0.5, end: 2, channels: 2, bitrate: 128_000 };
    const form = { audio: audio(), newFormat: 'mp3', options: JSON.stringify(options) };
    const { id } = await created(await user.upload(form));
    const task = await settled(id);
    assert.deepEqual(task.options, options);
    assert.equal(task.result?.media.channels, 2);
    assert.ok(Math.abs((task.result?.media.duration ?? 0) - 1.5) < 0.05);
  });

  it('come with another output, and are gone where it has none', async () => {
    const { id } = await created(await user.upload({ audio: audio(), newFormat: 'mp3' }));
    await settled(id);
    const requestedOutput = { newFormat: 'wav', options: { sampleRate: 16_000, loudness: { target: -20 } } };
    assert.equal((await user.fetch(`/api/tasks/${id}`, json('PUT', requestedOutput))).status, 200);
    const task = await settled(id);
    assert.deepEqual(task.options, { sampleRate: 16_000, loudness: { target: -20, truePeak: -1 } });
    assert.equal(task.result?.media.sampleRate, 16_000);
    assert.ok((task.media?.loudness?.integrated ?? 0) < -15);
    await user.fetch(`/api/tasks/${id}`, json('PUT', { newFormat: 'wav' }));
    assert.deepEqual((await settled(id)).options, {});
  });

  it('come with the request for an upload session', async () => {
    const sessionRequest = { filename: 'tone.wav', newFormat: 'flac', options: { compressionLevel: 12 } };
    const task = await created(await user.fetch('/api/tasks', json('POST', sessionRequest)));
    assert.deepEqual(task.options, { compressionLevel: 12 });
  });

  it('that the codec cannot do are adapted, and the result says so', async () => {
    const form = { audio: audio(), newFormat: 'opus', options: '{"sampleRate":44100}' };
    const { result } = await settled((await created(await user.upload(form))).id);
    const [first] = result?.adaptations ?? [];
    assert.deepEqual([first?.property, first?.from, first?.to], ['sampleRate', 44_100, 48_000]);
  });

  for (const [options, field, said] of [
    ['{"bitrate":1}', 'options.bitrate', /8000 to 320000/],
    ['{"bitDepth":16}', 'options', /mp3 takes preset/],
    ['{bitrate:1}', 'options', /JSON/],
    ['[]', 'options', /object/],
  ] as const) {
    it(`are refused before anything is kept: ${options}`, async () => {
      const before = await service.files();
      const answer = await user.upload({ audio: audio(), newFormat: 'mp3', options });
      assert.equal(answer.status, 400);
      const problem = PROBLEM.parse(await answer.json());
      assert.equal(problem.errors?.[0]?.path, field);
      assert.match(problem.detail, said);
      assert.deepEqual(await service.files(), before);
    });
  }

  it('are described for every format', async () => {
    const list = z.object({
      formats: z.array(
        z.object({
          name: z.string(),
          options: z.looseObject({ properties: z.object({ loudness: z.unknown() }) }),
        }),
      ),
    });
    const { formats } = list.parse(await (await fetch(`${service.url()}/api/formats`)).json());
    assert.ok(formats.length > FORMATS.length / 2);
  });
});
