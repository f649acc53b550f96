import assert from 'node:assert/strict';
import { appendFile, open, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPlainWav } from '../../lib/audio/engine/plain-wav.ts';
import { createTagWorker } from '../../lib/audio/tags/tag-worker.ts';
import { makeTone } from '../support/audio.ts';
import { probeWithFfprobe } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';

const ffmpegsName = ['-fflags', '+bitexact'];

describe('A plain WAV file', () => {
  const folder = temporaryFolder();
  const worker = createTagWorker();
  after(() => worker.close());

  async function make(...settings: string[]): Promise<string> {
    const path = join(folder(), 'a.wav');
    await makeTone(path, 1.00003, ...settings);
    return path;
  }

  /** The bytes of a file with others in place of those at a position. */
  async function withBytes(path: string, at: number, bytes: Buffer): Promise<void> {
    const file = await open(path, 'r+');
    await file.write(bytes, 0, bytes.length, at);
    await file.close();
  }

  for (const codec of ['pcm_u8', 'pcm_s16le', 'pcm_s24le', 'pcm_s32le', 'pcm_f32le', 'pcm_f64le']) {
    it(`is described as by ffprobe and the library of tags: ${codec}`, async () => {
      for (const channels of ['1', '2'])
        for (const rate of ['8000', '44100'])
          for (const named of [[], ffmpegsName]) {
            const path = await make('-c:a', codec, '-ac', channels, '-ar', rate, ...named);
            const plain = await readPlainWav(path);
            const probed = await probeWithFfprobe(path);
            const media = { ...probed.media, pictures: [] };
            assert.deepEqual(plain, { ...probed, file: await worker.read(path), media });
          }
    });
  }

  it('has no tags, no further chunks, and no bytes that its header does not state', async () => {
    assert.equal(await readPlainWav(await make('-metadata', 'title=A')), undefined);
    assert.equal(await readPlainWav(await make('-write_bext', '1')), undefined);
    const path = await make();
    await appendFile(path, 'TAG and more');
    assert.equal(await readPlainWav(path), undefined);
    const { length } = await readFile(await make());
    for (const size of [length - 1, 100, 44, 20, 0]) {
      await truncate(path, size);
      assert.equal(await readPlainWav(path), undefined, `${size} bytes`);
    }
  });

  it('has one or two channels of linear samples', async () => {
    for (const settings of [
      ['-ac', '6'],
      ['-c:a', 'pcm_alaw'],
      ['-c:a', 'adpcm_ms'],
      ['-f', 'mp3'],
      ['-f', 'w64'],
    ])
      assert.equal(await readPlainWav(await make(...settings)), undefined, settings.join(' '));
    await writeFile(join(folder(), 'a.wav'), 'RIFF');
    assert.equal(await readPlainWav(join(folder(), 'a.wav')), undefined);
    assert.equal(await readPlainWav(join(folder(), 'none.wav')), undefined);
  });

  it('has no compressed sound in its samples, and sizes that agree', async () => {
    for (const word of ['7ffe8001', 'fe7f0180', '1fffe800', 'ff1f00e8', '72f81f4e', 'f8724e1f']) {
      const path = await make();
      await withBytes(path, 20_001, Buffer.from(word, 'hex'));
      assert.equal(await readPlainWav(path), undefined, word);
    }
    for (const [at, bytes] of [
      [78, '0b77'],
      [78, 'fffb9064'],
      [28, '00000100'],
      [32, '0100'],
      [24, '00000000'],
    ] as const) {
      const path = await make();
      assert.ok(await readPlainWav(path));
      await withBytes(path, at, Buffer.from(bytes, 'hex'));
      assert.equal(await readPlainWav(path), undefined, `${bytes} at ${at}`);
    }
  });
});
