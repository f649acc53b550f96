import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { binaries, makeTone } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { run } from '../support/programs.ts';
import { PROBLEM, testService, type User } from '../support/service.ts';

const LOUDNESS = z
  .strictObject({ integrated: z.number(), truePeak: z.number(), range: z.number() })
  .nullable();
const WAVEFORM = z.looseObject({ length: z.int(), data: z.array(z.int()) });

/** Grey values of a picture, row by row. */
interface Grey {
  width: number;
  rows: Buffer[];
}

describe('Views of the files of a task', function () {
  this.timeout(60_000);
  const service = testService();
  const folder = temporaryFolder();
  let user: User;
  let id = 0;

  /** A second of silence, one of 1 kHz, and one of 6 kHz at a quarter of full scale. */
  before(async () => {
    user = await service.newUser();
    const path = join(service.data(), 'in.wav');
    const { ffmpeg } = await binaries();
    const sound = 'if(lt(t,1),0,0.25*sin(2*PI*t*if(lt(t,2),1000,6000)))';
    await run(ffmpeg.path, ['-v', 'error', '-f', 'lavfi', '-i', `aevalsrc='${sound}':s=16000:d=3`, path]);
    const task = await user.convert({ name: 'in.wav', bytes: await readFile(path) }, 'flac');
    assert.equal(task.state, 'PROCESSED');
    id = task.id;
  });

  const get = (path: string, headers: Record<string, string> = {}) =>
    user.fetch(`/api/tasks/${id}/${path}`, { headers });
  const kept = async () => {
    const names = await readdir(join(service.data(), 'results', String(id)), { recursive: true });
    return names.filter((name) => name.endsWith('.loudness')).sort();
  };
  async function grey(answer: Response): Promise<Grey> {
    assert.equal(answer.status, 200, await answer.clone().text());
    const path = join(folder(), 'picture.png');
    await writeFile(path, new Uint8Array(await answer.arrayBuffer()));
    const bytes = await readFile(path);
    const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
    const { ffmpeg } = await binaries();
    const out = ['-i', path, '-pix_fmt', 'gray', '-f', 'rawvideo', '-'];
    const { stdout } = await run(ffmpeg.path, ['-v', 'error', ...out], { encoding: 'buffer' });
    return {
      width,
      rows: Array.from({ length: height }, (_, row) => stdout.subarray(row * width, (row + 1) * width)),
    };
  }
  const brightest = ({ rows }: Grey, from: number, to: number) => {
    const sums = rows.map((row) => row.subarray(from, to).reduce((sum, value) => sum + value, 0));
    return sums.indexOf(Math.max(...sums));
  };

  it('measure loudness and true peak of both, once each, and keep them', async () => {
    for (const which of ['original', 'result']) {
      const answer = await get(`loudness?of=${which}`);
      assert.equal(answer.status, 200);
      const found = LOUDNESS.parse(await answer.json());
      assert.ok(found && Math.abs(found.integrated + 15) < 2, JSON.stringify(found));
      assert.ok(Math.abs(found.truePeak + 12) < 1, JSON.stringify(found));
      const etag = answer.headers.get('etag') ?? '';
      assert.equal((await get(`loudness?of=${which}`, { 'If-None-Match': etag })).status, 304);
      assert.deepEqual(LOUDNESS.parse(await (await get(`loudness?of=${which}`)).json()), found);
    }
    assert.deepEqual(await kept(), ['0/original.loudness', '1/result.loudness']);
  });

  it('know no loudness of silence', async () => {
    const path = join(folder(), 'silence.wav');
    await makeTone(path, 1, '-af', 'volume=0');
    const task = await user.convert({ name: 'silence.wav', bytes: await readFile(path) }, 'flac');
    for (const _ of ['measured', 'kept']) {
      const answer = await user.fetch(`/api/tasks/${task.id}/loudness`);
      assert.deepEqual([answer.status, await answer.json()], [200, null]);
    }
  });

  it('draw the frequencies of a window, the low ones at the bottom', async () => {
    const picture = await grey(await get('spectrogram?of=result&start=1&end=3&width=200&height=128'));
    assert.deepEqual([picture.width, picture.rows.length], [200, 128]);
    // 8 kHz is the highest frequency of this file.
    assert.ok(Math.abs(brightest(picture, 20, 80) - (128 - 16)) <= 2, String(brightest(picture, 20, 80)));
    assert.ok(Math.abs(brightest(picture, 120, 180) - (128 - 96)) <= 2, String(brightest(picture, 120, 180)));
    const silent = await grey(await get('spectrogram?start=0&end=0.9&width=100&height=64'));
    assert.ok(Math.max(...silent.rows.map((row) => Math.max(...row))) < 10);
  });

  it('refuse windows that are too long, empty, or behind the end', async () => {
    for (const query of [
      'start=0&end=61',
      'start=2&end=2',
      'start=3&end=1',
      'start=50&end=51',
      'start=-1',
      'end=1e9',
    ]) {
      const answer = await get(`spectrogram?${query}`);
      assert.deepEqual(
        [answer.status, PROBLEM.parse(await answer.json()).code],
        [400, 'invalid_request'],
        query,
      );
    }
  });

  it('show a part of a waveform with more pixels', async () => {
    const all = WAVEFORM.parse(await (await get('waveform?width=30')).json());
    const half = WAVEFORM.parse(await (await get('waveform?start=0.5&end=1.5&width=30')).json());
    assert.ok(all.length <= 30 && half.length > 20 && half.length <= 30);
    const heights = half.data.map(Math.abs);
    assert.ok(Math.max(...heights.slice(0, half.length * 0.8)) <= 1);
    assert.ok(Math.max(...heights.slice(half.length * 1.2)) > 25);
    const none = WAVEFORM.parse(await (await get('waveform?start=100')).json());
    assert.equal(none.length, 0);
  });

  it('give the cover of the original and of the result, with its own type', async () => {
    const [path, cover] = [join(folder(), 'cover.mp3'), join(folder(), 'cover.png')];
    const { ffmpeg } = await binaries();
    await run(ffmpeg.path, ['-v', 'error', '-f', 'lavfi', '-i', 'color=red:s=8x8', '-frames:v', '1', cover]);
    await makeTone(path, 1, '-i', cover, '-map', '0', '-map', '1', '-c:v', 'copy');
    const task = await user.convert({ name: 'cover.mp3', bytes: await readFile(path) }, 'flac');
    for (const which of ['original', 'result']) {
      const answer = await user.fetch(`/api/tasks/${task.id}/cover?of=${which}`);
      assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'image/png'], which);
      assert.deepEqual(Buffer.from(await answer.arrayBuffer()), await readFile(cover));
    }
    assert.equal((await get('cover')).status, 404);
  });

  it('are only for the owner, and leave with the task', async () => {
    const other = await service.newUser();
    for (const path of ['loudness', 'spectrogram', 'cover']) {
      assert.equal((await other.fetch(`/api/tasks/${id}/${path}`)).status, 404, path);
      assert.equal((await fetch(`${service.url()}/api/tasks/${id}/${path}`)).status, 401, path);
    }
    await user.fetch(`/api/tasks/${id}`, { method: 'DELETE' });
    await assert.rejects(kept(), /ENOENT/);
  });
});
