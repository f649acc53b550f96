import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeTone } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { PROBLEM, testService, type User } from '../support/service.ts';
import { until } from '../support/until.ts';

const REFUSAL = PROBLEM.extend({ 'violated-policies': z.array(z.string()) });
const JSON_BODY = { 'Content-Type': 'application/json' };

const open = (user: User) =>
  user.fetch('/api/tasks', {
    method: 'POST',
    headers: JSON_BODY,
    body: JSON.stringify({ filename: 'a.wav', newFormat: 'mp3' }),
  });

async function isRefused(answer: Response, policy: string, field: RegExp): Promise<void> {
  assert.equal(answer.status, 429);
  const refusal = REFUSAL.parse(await answer.json());
  assert.equal(refusal.code, 'quota_exceeded');
  assert.deepEqual(refusal['violated-policies'], [policy]);
  assert.match(answer.headers.get('RateLimit-Policy') ?? '', field);
  assert.ok(Number(answer.headers.get('Retry-After')) > 0);
}

describe('Quotas of one user', () => {
  const service = testService({
    MAX_OPEN_UPLOADS: '3',
    MAX_STORED_BYTES: '2000000',
    MAX_AUDIO_MINUTES_PER_DAY: '1',
  });
  const folder = temporaryFolder();

  const tone = async (seconds: number, rate = '8000') => {
    const path = join(folder(), 'tone.flac');
    await makeTone(path, seconds, '-ar', rate);
    return { name: 'tone.flac', bytes: await readFile(path) };
  };

  it('end the opening of uploads, by a batch as well, until one of them is removed', async () => {
    const [ann, bob] = [await service.newUser(), await service.newUser()];
    const opened = [await open(ann), await open(ann), await open(ann)];
    assert.deepEqual(
      opened.map(({ status }) => status),
      [200, 200, 200],
    );
    await isRefused(await open(ann), 'open-uploads', /^"open-uploads";q=3$/);
    const tasks = Array.from({ length: 4 }, () => ({ filename: 'a.wav', newFormat: 'mp3' }));
    const batch = { method: 'POST', headers: JSON_BODY, body: JSON.stringify({ tasks }) };
    await isRefused(await bob.fetch('/api/batches', batch), 'open-uploads', /q=3/);
    assert.deepEqual(await bob.tasks(), []);
    const [first] = await ann.tasks();
    await ann.fetch(`/api/tasks/${first?.id}`, { method: 'DELETE' });
    assert.equal((await open(ann)).status, 200);
  });

  it('end new tasks once the audio of the day is used up', async () => {
    const ann = await service.newUser();
    await ann.convert(await tone(61), 'mp3');
    const refused = await ann.upload({ audio: await tone(1), newFormat: 'mp3' });
    await isRefused(refused, 'audio', /^"audio";q=60;w=86400$/);
    assert.equal((await ann.tasks()).length, 1);
  });

  it('end new tasks once the files have as many bytes as they may', async () => {
    const ann = await service.newUser();
    const task = await ann.convert(await tone(55, '48000'), 'wav');
    await isRefused(
      await ann.upload({ audio: await tone(1), newFormat: 'mp3' }),
      'stored-bytes',
      /q=2000000/,
    );
    await ann.fetch(`/api/tasks/${task.id}`, { method: 'DELETE' });
    await until(async () => (await open(ann)).status === 200);
  });

  it('leave no file of a form that is refused', async () => {
    await until(async () => (await service.files()).every((name) => !name.includes('upload')));
  });
});

describe('A disk that is nearly full', () => {
  const service = testService({ MIN_FREE_BYTES: String(Number.MAX_SAFE_INTEGER) });

  it('takes no uploads and says so, while all else goes on', async () => {
    const ann = await service.newUser();
    const form = await ann.upload({ audio: { name: 'a.wav', bytes: Buffer.alloc(9) }, newFormat: 'mp3' });
    for (const answer of [form, await open(ann)]) {
      assert.equal(answer.status, 507);
      assert.equal(PROBLEM.parse(await answer.json()).code, 'insufficient_storage');
      assert.equal(answer.headers.get('Retry-After'), '60');
    }
    assert.deepEqual(await ann.tasks(), []);
    assert.equal((await fetch(`${service.url()}/health`)).status, 200);
    const ready = await fetch(`${service.url()}/ready`);
    assert.equal(ready.status, 200);
    assert.match(await ready.text(), /"storage: The disk of the service is nearly full/);
  });
});
