import assert from 'node:assert/strict';
import { join } from 'node:path';
import { binaries, makeTone } from '../support/audio.ts';
import { convertFile } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { decodedSamples, peak } from '../support/sound.ts';

describe('Samples beyond full scale', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  before(async function () {
    if (!(await binaries()).peakMeter) this.skip();
  });

  it('are counted where an integer format clips them, and held by a limiter on request', async () => {
    const path = join(folder(), 'a.wav');
    await makeTone(path, 0.5, '-af', 'volume=20dB', '-c:a', 'pcm_f32le');
    const beyond = (await decodedSamples(path)).filter((sample) => Math.abs(sample) > 1).length;
    const output = join(folder(), 'out.flac');
    for (const bitDepth of [24, 16]) {
      const { warnings } = await convertFile(path, output, 'flac', { bitDepth });
      assert.deepEqual(
        warnings.map(({ code, samples, peak }) => ({ code, samples, peak })),
        [{ code: 'clipped', samples: beyond, peak: 1.94 }],
      );
    }
    const held = await convertFile(path, output, 'flac', { clip: 'limit' });
    assert.deepEqual(held.warnings, []);
    const highest = peak(await decodedSamples(output));
    assert.ok(highest > 0.95 && highest < 1, `${highest}`);
  });

  it('are no matter where the format stores them, or where there are none', async () => {
    const path = join(folder(), 'a.wav');
    await makeTone(path, 0.2, '-af', 'volume=20dB', '-c:a', 'pcm_f32le');
    assert.deepEqual((await convertFile(path, join(folder(), 'out.wav'), 'wav')).warnings, []);
    await makeTone(path, 0.2, '-af', 'volume=18.05dB', '-c:a', 'pcm_f32le');
    assert.ok(peak(await decodedSamples(path)) > 0.995);
    for (const bitDepth of [24, 16])
      assert.deepEqual(
        (await convertFile(path, join(folder(), 'out.wav'), 'wav', { bitDepth })).warnings,
        [],
      );
    await makeTone(path, 0.2);
    assert.deepEqual((await convertFile(path, join(folder(), 'out.wav'), 'wav', { gain: 3 })).warnings, []);
  });
});
