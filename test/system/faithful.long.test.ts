import assert from 'node:assert/strict';
import { join } from 'node:path';
import { makeSound } from '../support/audio.ts';
import { convertFile, withEach } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { decodedMd5, decodedSamples } from '../support/sound.ts';

const NOISE = 'anoisesrc=sample_rate=44100:duration=1.2345:amplitude=0.7:seed=7';

const extension = (format: string) => (format === 'alac' ? 'm4a' : format);

/** Formats that keep every sample, and those of them that store floating point. */
const LOSSLESS = ['wav', 'w64', 'aiff', 'caf', 'au', 'flac', 'alac', 'mka', 'wv', 'tta'];
const FLOATING = ['wav', 'w64', 'aiff', 'caf', 'au', 'wv'];

describe('A conversion from lossless to lossless', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  for (const [from, settings] of [
    ['wav', ['-c:a', 'pcm_s24le']],
    ['flac', ['-sample_fmt', 's16']],
    ['aiff', ['-c:a', 'pcm_f32be']],
  ] as const) {
    it(`changes no bit of ${from} (${settings.at(-1)}) on the way to all that keep so many`, async () => {
      const input = join(folder(), `in.${from}`);
      await makeSound(input, NOISE, '-ac', '2', ...settings);
      const before = await decodedMd5(input);
      await withEach(LOSSLESS, async (to) => {
        const output = join(folder(), `out-${to}.${extension(to)}`);
        const { adaptations } = await convertFile(input, output, to);
        const same = (await decodedMd5(output)) === before;
        assert.equal(same, adaptations.length === 0, to);
        assert.equal(same, from !== 'aiff' || FLOATING.includes(to), to);
      });
    });
  }

  for (const [layout, channels] of [
    ['5.1', 6],
    ['5.1(side)', 6],
    ['quad', 4],
    ['7.1', 8],
  ] as const) {
    it(`changes no bit and no order of channels of ${layout}`, async () => {
      const input = join(folder(), 'in.wav');
      const sines = Array.from({ length: channels }, (_, index) => `0.1*sin(2*PI*${200 * (index + 1)}*t)`);
      await makeSound(input, `aevalsrc=${sines.join('|')}:s=48000:d=0.5:c=${layout}`);
      const before = await decodedMd5(input);
      await withEach(['flac', 'alac', 'aiff', 'wav', 'caf', 'au'], async (to) => {
        const output = join(folder(), `out-${to}.${extension(to)}`);
        const made = await convertFile(input, output, to);
        assert.equal(await decodedMd5(output), before, to);
        assert.equal(made.media.channels, channels);
      });
    });
  }

  it('dithers when bits are dropped, with noise of about one step', async () => {
    const input = join(folder(), 'in.wav');
    const output = join(folder(), 'out.wav');
    await makeSound(input, "aevalsrc='0.25*sin(2*PI*441*t)':s=44100:d=1", '-c:a', 'pcm_s24le');
    await convertFile(input, output, 'wav', { bitDepth: 16 });
    const [before, after] = [await decodedSamples(input), await decodedSamples(output)];
    const errors = before.map((sample, index) => ((after[index] ?? 0) - sample) * 32_768);
    const rms = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);
    assert.ok(rms > 0.4 && rms < 0.7, `${rms} steps`);
    const periods = errors.slice(0, -100).map((error, index) => error * (errors[index + 100] ?? 0));
    const repeats = periods.reduce((sum, product) => sum + product, 0) / periods.length / rms ** 2;
    assert.ok(Math.abs(repeats) < 0.1, `the error repeats with the tone: ${repeats}`);
  });
});

describe('Gapless information', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  for (const [format, rate] of [
    ['mp3', 44_100],
    ['opus', 48_000],
    ['webm', 48_000],
    ['ogg', 44_100],
  ] as const) {
    it(`lets ${format} decode to the length of the original, to the sample`, async () => {
      const input = join(folder(), 'in.wav');
      const output = join(folder(), `out.${format}`);
      await makeSound(input, `sine=frequency=440:sample_rate=${rate}:duration=1.2345`);
      await convertFile(input, output, format);
      assert.equal((await decodedSamples(output)).length, (await decodedSamples(input)).length);
    });
  }

  it('lets m4a state the length of the original, to the sample', async () => {
    const input = join(folder(), 'in.wav');
    await makeSound(input, 'sine=frequency=440:sample_rate=44100:duration=1.2345');
    const made = await convertFile(input, join(folder(), 'out.m4a'), 'm4a');
    const samples = (await decodedSamples(input)).length;
    assert.equal(Math.round((made.media.duration ?? 0) * 44_100), samples);
    const back = await convertFile(join(folder(), 'out.m4a'), join(folder(), 'back.wav'), 'wav');
    assert.equal(Math.round((back.media.duration ?? 0) * 44_100), samples);
  });
});
