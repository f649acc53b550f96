import assert from 'node:assert/strict';
import { join } from 'node:path';
import { FORMATS } from '../../lib/audio/formats/formats.ts';
import { makeSound } from '../support/audio.ts';
import { convertFile, withEach } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { cutsToTheSample, growsWithQuality, makesBitrates, NOISE } from '../support/rates.ts';
import { streamBitrate } from '../support/sound.ts';

const BITRATES = {
  m4a: [96_000, 192_000],
  aac: [128_000],
  ogg: [96_000, 192_000],
  opus: [160_000],
  webm: [96_000],
  wma: [128_000],
  mp2: [192_000],
  ac3: [192_000],
};

describe('Options of all formats', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const path = (name: string) => join(folder(), name);

  for (const [format, bitrates] of Object.entries(BITRATES)) makesBitrates(path, format, bitrates);
  for (const format of ['ogg', 'm4a', 'opus']) growsWithQuality(path, format);
  for (const from of ['opus', 'm4a', 'ogg']) cutsToTheSample(path, from);

  it('make music-high larger than music-small, of every lossy format', async () => {
    await makeSound(path('in.wav'), NOISE, '-ac', '2');
    const lossy = FORMATS.filter(({ codec }) => codec.bitrates);
    await withEach(lossy, async ({ name, extension }) => {
      const bitrates: number[] = [];
      for (const preset of ['music-high', 'music-small']) {
        await convertFile(path('in.wav'), path(`out.${extension}`), name, { preset });
        bitrates.push(await streamBitrate(path(`out.${extension}`)));
      }
      assert.ok((bitrates[0] ?? 0) > 1.3 * (bitrates[1] ?? 0), `${name}: ${bitrates}`);
    });
  });
});
