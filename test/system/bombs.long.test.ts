import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { binaries, makeTone } from '../support/audio.ts';
import { chapters, hugePng, id3With, oggWithStreams, wavWith } from '../support/bombs.ts';
import { convertFile, type LIMITS, testEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { run } from '../support/programs.ts';

describe('A decode bomb', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const { signal } = new AbortController();
  const path = (name: string) => join(folder(), name);

  const convert = (input: string, to: string, limits: Partial<typeof LIMITS> = {}) =>
    convertFile(input, path('result'), to, {}, limits);

  async function ffmpeg(...args: string[]): Promise<void> {
    await run((await binaries()).ffmpeg.path, ['-v', 'error', '-y', ...args]);
  }

  for (const name of ['silence.opus', 'silence.flac']) {
    it(`of long silence stops before it begins, by its duration and the rate of the result: ${name}`, async () => {
      await ffmpeg('-f', 'lavfi', '-i', 'anullsrc=sample_rate=48000:duration=590', path(name));
      assert.ok((await stat(path(name))).size < 1e6);
      await assert.rejects(convert(path(name), 'wav', { resultBytes: 1e8 }), { code: 'result_too_large' });
      assert.ok((await convert(path(name), 'opus', { resultBytes: 1e8 })).size < 1e6);
    });
  }

  for (const [what, bytes] of [
    ['samples a second', wavWith(2 ** 31 - 1, 1, 1000)],
    ['channels', wavWith(48_000, 255, 1000)],
  ] as const) {
    it(`that declares no end of ${what} is refused`, async () => {
      await writeFile(path('a.wav'), bytes);
      await assert.rejects(convert(path('a.wav'), 'mp3'), { code: 'resource_limit' });
    });
  }

  it('of thousands of streams is refused', async () => {
    await writeFile(path('a.opus'), oggWithStreams(3000));
    await assert.rejects(convert(path('a.opus'), 'mp3'), { code: 'resource_limit' });
  });

  it('of a few streams converts, which shows that it is the number that counts', async () => {
    await writeFile(path('a.opus'), oggWithStreams(3));
    assert.equal((await convert(path('a.opus'), 'wav')).media.codec, 'pcm_s16le');
  });

  it('of tags without end is refused', async () => {
    await makeTone(path('a.mp3'), 1);
    const sound = await readFile(path('a.mp3'));
    await writeFile(path('b.mp3'), Buffer.concat([id3With(1, 10_000_000), sound]));
    await assert.rejects(convert(path('b.mp3'), 'wav'), { code: 'resource_limit' });
    await writeFile(path('b.mp3'), Buffer.concat([id3With(100, 100), sound]));
    assert.equal((await convert(path('b.mp3'), 'wav')).media.codec, 'pcm_s16le');
  });

  it('of chapters without end does not make the result larger', async () => {
    await makeTone(path('a.mp3'), 10);
    await writeFile(path('chapters'), chapters(20_000));
    const map = ['-map', '0:a', '-map_chapters', '1', '-c', 'copy'];
    await ffmpeg('-i', path('a.mp3'), '-i', path('chapters'), ...map, path('a.mka'));
    assert.ok((await stat(path('a.mka'))).size > 4e6);
    assert.ok((await convert(path('a.mka'), 'm4a')).size < 1e6);
  });

  it('of a picture that unpacks to a gigabyte converts, and the picture is never unpacked', async () => {
    await makeTone(path('a.flac'), 1);
    await writeFile(path('a.png'), hugePng(16_000));
    const attached = ['-map', '0', '-map', '1', '-c', 'copy', '-disposition:v', 'attached_pic'];
    await ffmpeg('-i', path('a.flac'), '-i', path('a.png'), ...attached, path('b.flac'));
    const audio = await testEngine();
    const { media } = await audio.probe(path('b.flac'), signal);
    assert.equal(media.coverArt, true);
    assert.equal((await convert(path('b.flac'), 'wav')).media.codec, 'pcm_s16le');
  });
});
