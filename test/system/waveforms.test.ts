import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { binaries, makeTone } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { run } from '../support/programs.ts';
import { testService, type User } from '../support/service.ts';

const WAVEFORM = z.strictObject({
  version: z.literal(2),
  channels: z.literal(1),
  sample_rate: z.int(),
  samples_per_pixel: z.int(),
  bits: z.literal(8),
  length: z.int(),
  data: z.array(z.int().min(-128).max(127)),
});

describe('GET /api/tasks/{id}/waveform', function () {
  this.timeout(60_000);
  const service = testService();
  const folder = temporaryFolder();

  /** A task of one second of silence and one of a tone at half of full scale. */
  async function converted(user: User, from: string, to: string): Promise<number> {
    const path = join(folder(), `in.${from}`);
    await makeTone(path, 2, '-af', "volume='if(lt(t,1),0,4)':eval=frame");
    const task = await user.convert({ name: `in.${from}`, bytes: await readFile(path) }, to);
    assert.equal(task.state, 'PROCESSED');
    return task.id;
  }

  const ask = async (user: User, id: number, query = '') => {
    const answer = await user.fetch(`/api/tasks/${id}/waveform${query}`);
    assert.equal(answer.status, 200, await answer.clone().text());
    return answer;
  };
  const json = async (user: User, id: number, query = '') =>
    WAVEFORM.parse(await (await ask(user, id, query)).json());
  /** What is kept of a task besides its result. */
  const kept = async (id: number) => {
    const names = await readdir(join(service.data(), 'results', String(id)), { recursive: true }).catch(
      () => [],
    );
    return names.filter((name) => name.endsWith('.dat')).sort();
  };

  it('shows where the sound is, of the original and of the result', async () => {
    const user = await service.newUser();
    const id = await converted(user, 'wav', 'mp3');
    for (const which of ['original', 'result']) {
      const { length, data, sample_rate, samples_per_pixel } = await json(user, id, `?of=${which}`);
      assert.equal(data.length, 2 * length);
      assert.ok(Math.abs((length * samples_per_pixel) / sample_rate - 2) < 0.1, which);
      const [silence, tone] = [data.slice(0, length * 0.9), data.slice(length * 1.1)];
      assert.ok(Math.max(...silence.map(Math.abs)) <= 2, which);
      assert.ok(Math.abs(Math.max(...tone) - 64) < 6 && Math.abs(Math.min(...tone) + 64) < 6, which);
    }
  });

  it('is no wider than asked', async () => {
    const user = await service.newUser();
    const id = await converted(user, 'wav', 'flac');
    const all = await json(user, id);
    const few = await json(user, id, '?width=50');
    assert.ok(all.length > 300 && few.length <= 50);
    assert.equal(Math.max(...few.data), Math.max(...all.data));
  });

  it('draws a picture of the size that is asked for', async () => {
    const user = await service.newUser();
    const id = await converted(user, 'wav', 'opus');
    const picture = await ask(user, id, '?format=png&width=300&height=120');
    assert.equal(picture.headers.get('content-type'), 'image/png');
    const path = join(folder(), 'wave.png');
    await writeFile(path, new Uint8Array(await picture.arrayBuffer()));
    const { ffmpeg } = await binaries();
    const gray = ['-i', path, '-vf', 'format=rgba,alphaextract', '-f', 'rawvideo', '-'];
    const { stdout } = await run(ffmpeg.path, ['-v', 'error', ...gray], { encoding: 'buffer' });
    assert.equal(stdout.length, 300 * 120);
    const inked = (x: number) =>
      Array.from({ length: 120 }, (_, y) => stdout[y * 300 + x]).filter(Boolean).length;
    assert.ok(inked(50) <= 3, `silence: ${inked(50)}`);
    assert.ok(Math.abs(inked(250) - 60) < 8, `half of full scale: ${inked(250)}`);
  });

  it('comes with the conversion where that is lossy, and is made when it is asked for otherwise', async () => {
    const user = await service.newUser();
    const lossy = await converted(user, 'wav', 'mp3');
    assert.deepEqual(await kept(lossy), ['0/original.dat']);
    await user.fetch(`/api/tasks/${lossy}`, { method: 'DELETE' });
    assert.deepEqual(await kept(lossy), []);

    const lossless = await converted(user, 'flac', 'wav');
    assert.deepEqual(await kept(lossless), []);
    const asked = await Promise.all([1, 2, 3].map(() => json(user, lossless, '?of=result')));
    assert.deepEqual(asked[0], asked[2]);
    assert.deepEqual(await kept(lossless), ['1/result.dat']);
    await json(user, lossless);
    await user.fetch(`/api/tasks/${lossless}`, { method: 'DELETE' });
    assert.deepEqual(await kept(lossless), []);
  });

  it('goes with the result that it is of, when another format is requested', async () => {
    const user = await service.newUser();
    const id = await converted(user, 'wav', 'flac');
    await json(user, id, '?of=result');
    await json(user, id);
    const requestedOutput = { method: 'PUT', headers: { 'Content-Type': 'application/json' } };
    await user.fetch(`/api/tasks/${id}`, { ...requestedOutput, body: '{"newFormat":"wav"}' });
    await user.settled(id);
    assert.deepEqual(await kept(id), ['0/original.dat']);
    await user.fetch(`/api/tasks/${id}`, { method: 'DELETE' });
  });

  it('is not made for HEAD or for 304, which know its tag beforehand', async () => {
    const user = await service.newUser();
    const id = await converted(user, 'flac', 'wav');
    const tags = new Set<string | null>();
    for (const [query, type] of [
      ['', 'application/json'],
      ['?width=50', 'application/json'],
      ['?of=result', 'application/json'],
      ['?format=png', 'image/png'],
      ['?format=png&height=50', 'image/png'],
    ] as const) {
      const path = `/api/tasks/${id}/waveform${query}`;
      const head = await user.fetch(path, { method: 'HEAD' });
      assert.equal(head.status, 200);
      assert.equal(head.headers.get('content-type'), type);
      const etag = head.headers.get('etag') ?? '';
      assert.match(etag, /^W\/"[!#-~]+"$/);
      tags.add(etag);
      const same = await user.fetch(path, { headers: { 'If-None-Match': etag } });
      assert.equal(same.status, 304);
    }
    assert.equal(tags.size, 5);
    assert.deepEqual(await kept(id), []);
    const answer = await ask(user, id, '?of=result');
    assert.ok(tags.has(answer.headers.get('etag')));
    assert.deepEqual(await kept(id), ['1/result.dat']);
  });

  it('is for its owner only, and says what it expects', async () => {
    const [user, other] = [await service.newUser(), await service.newUser()];
    const id = await converted(user, 'wav', 'flac');
    const status = async (who: User, query: string) =>
      (await who.fetch(`/api/tasks/${id}/waveform${query}`)).status;
    assert.equal(await status(other, ''), 404);
    for (const query of ['?of=both', '?format=svg', '?width=0', '?height=5000', '?width=x']) {
      assert.equal(await status(user, query), 400, query);
    }
  });

  it('answers 409 while there is no result, and 422 for what is no audio', async () => {
    const user = await service.newUser();
    const task = await user.convert(
      { name: 'a.mp3', bytes: Buffer.from('This is no audio. '.repeat(99)) },
      'mp3',
    );
    assert.equal((await user.fetch(`/api/tasks/${task.id}/waveform?of=result`)).status, 409);
    const refused = await user.fetch(`/api/tasks/${task.id}/waveform`);
    assert.equal(refused.status, 422);
    assert.equal(refused.headers.get('etag'), null);
  });
});
