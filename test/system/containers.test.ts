import assert from 'node:assert/strict';
import { join } from 'node:path';
import { CONTAINERS } from '../support/containers.ts';
import { convertFile, testEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { decodedSamples } from '../support/sound.ts';

/** Seconds by which frames of lossy codecs, and a GOP of a broadcast file, may lengthen two seconds. */
const TOLERANCE = 0.06;

/** Full scale is 1; the tone has an amplitude of 1/8. */
const SILENCE = ['DSDIFF', 'VAG'];

describe('A container that is an input only', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const { signal } = new AbortController();

  for (const { name, codec, demuxer, make } of CONTAINERS) {
    it(`is converted with all of its sound: ${name}`, async function () {
      const input = join(folder(), 'in');
      if (!(await make(input))) this.skip();
      const audio = await testEngine();
      const { media } = await audio.probe(input, signal);
      assert.deepEqual([media.container, media.codec], [demuxer, codec]);
      const output = join(folder(), 'out.wav');
      const { media: made } = await convertFile(input, output, 'wav', {}, { resultBytes: 1e8 });
      assert.equal(made.channels, media.channels);
      assert.ok(Math.abs((made.duration ?? 0) - 2) < TOLERANCE, `${made.duration} s`);
      const samples = await decodedSamples(output, '-ac', '1', '-ar', '48000');
      const middle = samples.slice(24_000, 72_000);
      const crossings = middle.filter((sample, at) => sample < 0 && (middle[at + 1] ?? 0) >= 0).length;
      if (SILENCE.includes(name)) assert.ok(middle.every((sample) => Math.abs(sample) < 0.01));
      else assert.ok(Math.abs(crossings - 440) <= 8, `${crossings} Hz`);
    });
  }
});
