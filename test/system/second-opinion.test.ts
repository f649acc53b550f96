import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEngine } from '../../lib/audio/engine/engine.ts';
import { binaries, makeTone } from '../support/audio.ts';
import { engineParts } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { run } from '../support/programs.ts';

describe('A file that ffprobe refuses and ffmpeg decodes', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const { signal } = new AbortController();

  /** An engine whose ffprobe knows no file. */
  async function engine() {
    const parts = await engineParts();
    const ffprobe = { ...parts.binaries.ffprobe, path: '/bin/false' };
    return createEngine({ ...parts, binaries: { ...parts.binaries, ffprobe } });
  }

  it('is accepted with its duration, tags and tracks', async () => {
    const { ffmpeg } = await binaries();
    const audio = await engine();
    const tone = join(folder(), 'tone.mp3');
    await makeTone(tone, 1, '-metadata', 'title=Töne');
    const cover = join(folder(), 'cover.jpg');
    await run(ffmpeg.path, [
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      'testsrc=size=64x64',
      '-frames:v',
      '1',
      cover,
    ]);
    const pictured = join(folder(), 'pictured.mp3');
    const both = ['-i', tone, '-i', cover, '-map', '0:a', '-map', '1:v', '-c:v', 'copy'];
    const settings = ['-disposition:v', 'attached_pic', '-c:a', 'libmp3lame', pictured];
    await run(ffmpeg.path, ['-v', 'error', ...both, ...settings]);
    const { media } = await audio.probe(pictured, signal);
    assert.deepEqual([media.codec, media.coverArt, media.tracks.length], ['mp3', true, 1]);
    assert.ok(Math.abs((media.duration ?? 0) - 1) < 0.1, `${media.duration} s`);
  });

  it('may be very short, or have ID3 or junk in front', async () => {
    const audio = await engine();
    const id3 = Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\x02\0', 'latin1'), Buffer.alloc(256)]);
    for (const [extension, codec] of Object.entries({
      mp3: 'mp3',
      flac: 'flac',
      aac: 'aac',
      wav: 'pcm_s16le',
    })) {
      const path = join(folder(), `tone.${extension}`);
      await makeTone(path, 0.2);
      await writeFile(path, Buffer.concat([id3, await readFile(path)]));
      assert.equal((await audio.probe(path, signal)).media.codec, codec, extension);
    }
  });

  it('is refused if ffmpeg does not know it either', async () => {
    const audio = await engine();
    const path = join(folder(), 'text');
    await writeFile(path, 'no audio '.repeat(100));
    await assert.rejects(audio.probe(path, signal), { code: 'not_audio' });
  });
});
