import assert from 'node:assert/strict';
import { open, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { readWavHeader } from '../../lib/audio/media/wav-header.ts';
import { makeTone } from '../support/audio.ts';
import { probeWithFfprobe } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';

describe("A WAV file's header", () => {
  const folder = temporaryFolder();

  async function make(...settings: string[]): Promise<string> {
    const path = join(folder(), 'a.wav');
    await makeTone(path, 1, ...settings);
    return path;
  }

  for (const codec of ['pcm_u8', 'pcm_s16le', 'pcm_s24le', 'pcm_s32le', 'pcm_f32le']) {
    for (const channels of ['1', '2']) {
      it(`says what a probe says: ${codec}, ${channels} channels`, async () => {
        const path = await make('-c:a', codec, '-ac', channels, '-ar', '48000');
        const { media } = await probeWithFfprobe(path);
        const { tags, coverArt, pictures, chapters, chunks, loudness, ...probed } = media;
        assert.deepEqual(await readWavHeader(path), probed);
      });
    }
  }

  it('says what a probe says of RF64', async () => {
    const path = await make('-rf64', 'always');
    const { media } = await probeWithFfprobe(path);
    const { tags, coverArt, pictures, chapters, chunks, loudness, ...probed } = media;
    assert.deepEqual(await readWavHeader(path), probed);
  });

  it('says nothing of six channels, of other codecs, and of other files', async () => {
    assert.equal(await readWavHeader(await make('-ac', '6')), undefined);
    assert.equal(await readWavHeader(await make('-c:a', 'adpcm_ms')), undefined);
    assert.equal(await readWavHeader(await make('-f', 'mp3')), undefined);
  });

  it('says nothing where its sound is not all there, or its beginning is not', async () => {
    const path = await make();
    for (const size of [10_000, 40, 3, 0]) {
      await truncate(path, size);
      assert.equal(await readWavHeader(path), undefined, `${size} bytes`);
    }
  });

  it('is not read beyond its first bytes, whatever lengths it declares', async () => {
    const path = await make();
    const file = await open(path, 'r+');
    await file.write(Buffer.from([0xff, 0xff, 0xff, 0xff]), 0, 4, 16);
    await file.close();
    assert.equal(await readWavHeader(path), undefined);
  });
});
