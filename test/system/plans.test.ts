import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeTone } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { PROBLEM, testService, type User } from '../support/service.ts';

const PLAN = z.object({
  format: z.string(),
  copied: z.boolean(),
  codec: z.string(),
  duration: z.number().nullable(),
  bytes: z.object({ least: z.number(), likely: z.number(), most: z.number(), exact: z.boolean() }).nullable(),
  work: z.number().nullable(),
  adaptations: z.array(z.object({ property: z.string(), code: z.string() })),
  cost: z.object({ audioSeconds: z.number(), storedBytes: z.number().nullable() }),
});

describe('POST /api/plan', function () {
  this.timeout(60_000);
  const service = testService();
  const folder = temporaryFolder();

  async function tone(name: string, ...settings: string[]): Promise<Uint8Array<ArrayBuffer>> {
    await makeTone(join(folder(), name), 2, ...settings);
    return new Uint8Array(await readFile(join(folder(), name)));
  }

  const ask = (user: User, body: object) =>
    user.fetch('/api/plan', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });

  function send(user: User, bytes: Uint8Array<ArrayBuffer>, fields: Record<string, string>) {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append('audio', new Blob([bytes]), 'x');
    return user.fetch('/api/plan', { method: 'POST', body: form });
  }

  const planOf = async (answer: Response) => {
    assert.equal(answer.status, 200, await answer.clone().text());
    return PLAN.parse(await answer.json());
  };

  it('tells the size that a conversion gives, for a file and for a task, and keeps nothing', async () => {
    const user = await service.newUser();
    const bytes = await tone('a.wav', '-ac', '2');
    const before = await service.files();
    const options = JSON.stringify({ bitrate: 128_000 });
    const plan = await planOf(await send(user, bytes, { newFormat: 'MP3', options }));
    assert.deepEqual(await service.files(), before);
    const upload = { audio: { name: 'a.wav', bytes }, newFormat: 'mp3', options };
    const { task } = z
      .object({ task: z.object({ id: z.number() }) })
      .parse(await (await user.upload(upload)).json());
    await user.settled(task.id);
    const size = (await (await user.fetch(`/api/tasks/${task.id}/result`)).arrayBuffer()).byteLength;
    assert.deepEqual(plan.bytes, { least: size, likely: size, most: size, exact: true });
    assert.deepEqual(plan.cost, { audioSeconds: 2, storedBytes: size + bytes.length });
    assert.ok((plan.work ?? 0) > 0);
    const again = await planOf(await ask(user, { taskId: task.id, newFormat: 'flac' }));
    assert.deepEqual([again.format, again.copied, again.bytes?.exact], ['flac', false, false]);
    assert.equal((await user.task(task.id)).revision, 1);
  });

  it('tells that packets are copied, and what is adapted, from media information alone', async () => {
    const user = await service.newUser();
    const media = { container: 'mp3', codec: 'mp3', duration: 60, sampleRate: 44_100, channels: 2 };
    const copy = await planOf(await ask(user, { media: { ...media, bitrate: 128_000 }, newFormat: 'mp3' }));
    assert.deepEqual([copy.copied, copy.codec, copy.bytes?.likely], [true, 'mp3', 960_000]);
    const options = { sampleRate: 192_000 };
    const plan = await planOf(await ask(user, { media, newFormat: 'opus', options }));
    assert.deepEqual(
      plan.adaptations.map(({ property }) => property),
      ['sampleRate'],
    );
    assert.ok(plan.bytes && plan.bytes.least < plan.bytes.most);
  });

  it('refuses what the conversion would refuse, with the same code', async () => {
    const user = await service.newUser();
    const text = new Uint8Array(Buffer.from('no sound at all, only some text\n'.repeat(100)));
    const media = { container: 'mp3', codec: 'mp3', duration: 60, sampleRate: 44_100, channels: 2 };
    for (const [answer, status, code] of [
      [await send(user, text, { newFormat: 'mp3' }), 422, 'not_audio'],
      [await ask(user, { media, newFormat: 'flac', options: { audio: 'copy' } }), 422, 'cannot_copy'],
      [await ask(user, { media, newFormat: 'nothing' }), 422, 'unsupported_format'],
      [await ask(user, { media, newFormat: 'mp3', options: { bitrate: 1 } }), 400, 'invalid_request'],
      [await ask(user, { newFormat: 'mp3' }), 400, 'invalid_request'],
      [await ask(user, { media, taskId: 1, newFormat: 'mp3' }), 400, 'invalid_request'],
      [await ask(user, { media: { ...media, channels: 0 }, newFormat: 'mp3' }), 400, 'invalid_request'],
      [await ask(user, { taskId: 2 ** 31 - 1, newFormat: 'mp3' }), 404, 'not_found'],
    ] as const) {
      const problem = PROBLEM.parse(await answer.json());
      assert.deepEqual([answer.status, problem.code], [status, code], JSON.stringify(problem));
    }
  });
});
