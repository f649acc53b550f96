import assert from 'node:assert/strict';
import { join } from 'node:path';
import { effectiveOptions } from '../../lib/audio/formats/effective-options.ts';
import { parseOptions } from '../../lib/audio/formats/options.ts';
import { makeSound } from '../support/audio.ts';
import { testEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';

/** Samples, and frames at a constant bitrate. */
const EXACT = [
  ['wav', {}],
  ['wav', { bitDepth: 24, sampleRate: 96_000 }],
  ['wav', { encoding: 'adpcm_ms' }],
  ['w64', { encoding: 'float', bitDepth: 32 }],
  ['aiff', { channels: 1, sampleRate: 22_050 }],
  ['caf', { encoding: 'alaw' }],
  ['au', { bitDepth: 8 }],
  ['mp3', { bitrate: 320_000 }],
  ['mp3', { bitrate: 8000, sampleRate: 11_025 }],
  ['mp2', {}],
  ['ac3', { bitrate: 128_000 }],
  ['wma', {}],
] as const;

/** Frames whose size depends on the sound. */
const VARIABLE = [
  ['mp3', { quality: 5 }],
  ['ogg', {}],
  ['opus', {}],
  ['m4a', {}],
  ['flac', {}],
  ['mka', {}],
  ['tta', {}],
] as const;

describe('The size in a plan', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const { signal } = new AbortController();

  /** Bytes that the plan and the conversion give; nothing is written by the plan. */
  async function compared(name: string, options: object) {
    const audio = await testEngine();
    const input = join(folder(), 'sound.wav');
    await makeSound(input, SOUND, '-ac', '2', '-t', '3.21');
    const format = audio.formats.find((one) => one.name === name);
    assert.ok(format);
    const effective = effectiveOptions(format, parseOptions(format, { ...options, audio: 'encode' }));
    const original = { input, probed: await audio.probe(input, signal), options: effective, signal };
    const { bytes } = await audio.plan(original);
    assert.ok(bytes);
    const output = join(folder(), `out.${format.extension}`);
    const { size } = await audio.convert({ ...original, output, onProgress: () => undefined });
    return { bytes, size };
  }

  for (const [name, options] of EXACT)
    it(`is exact for ${name} with ${JSON.stringify(options)}`, async () => {
      const { bytes, size } = await compared(name, options);
      assert.deepEqual(bytes, { least: size, likely: size, most: size, exact: true });
    });

  it('is within 5 % in the median for a variable bitrate, and says that it is a range', async () => {
    const errors: number[] = [];
    for (const [name, options] of VARIABLE) {
      const { bytes, size } = await compared(name, options);
      assert.equal(bytes.exact, false, name);
      assert.ok(bytes.least <= size && size <= bytes.most, `${name}: ${JSON.stringify(bytes)}, ${size}`);
      errors.push(Math.abs(bytes.likely - size) / size);
    }
    const median = errors.sort((one, other) => one - other)[Math.floor(errors.length / 2)] ?? 1;
    assert.ok(median < 0.05, `${median}`);
  });
});

/** A tone with noise that swells. */
const SOUND = 'aevalsrc=(0.3*sin(1382*t)+0.2*(random(0)-0.5))*(0.6+0.4*sin(3*t))|0.3*sin(2000*t):s=44100:d=4';
