import assert from 'node:assert/strict';
import { join } from 'node:path';
import { FORMATS } from '../../lib/audio/formats/formats.ts';
import { makeTone } from '../support/audio.ts';
import { convertFile, testEngine, withEach } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { INPUTS, type Input } from '../support/inputs.ts';
import { decodedSamples } from '../support/sound.ts';

/** Formats that differ from another one by their name and brand only. */
const SAME = new Set(['m4b', 'm4r', 'oga']);

/** Results are originals, too. */
const RESULTS: readonly Input[] = FORMATS.filter(({ name }) => !SAME.has(name)).map(
  ({ name, extension, codec, muxer }) => ({
    name,
    extension,
    async make(path) {
      const { formats } = await testEngine();
      if (!formats.some((format) => format.name === name)) return false;
      await makeTone(path, 2, '-ac', '2', '-c:a', codec.encoders[0].name, '-f', muxer);
      return true;
    },
  }),
);

/** By how much sound may be longer or shorter: frames of AMR, WMA and AC-3, and the samples that AAC is padded by. */
const TOLERANCE = { seconds: 0.08, samples: 1024 };

/** Formats of inputs that are no output format themselves: one of each kind of codec and container. */
const MAIN = new Set(['wav', 'flac', 'mp3', 'm4a', 'ogg', 'opus']);

describe('Every output format', function () {
  this.timeout(300_000);
  const folder = temporaryFolder();
  const { signal } = new AbortController();

  for (const { name, extension, make } of [...RESULTS, ...INPUTS]) {
    it(`is made of ${name} with the right codec, channels, rate and length`, async function () {
      const input = join(folder(), `in.${extension}`);
      if (!(await make(input))) this.skip();
      const audio = await testEngine();
      const { media: original } = await audio.probe(input, signal);
      const isResult = RESULTS.some((result) => result.name === name);
      const targets = audio.formats.filter((format) => isResult || MAIN.has(format.name));
      await withEach(targets, async (format) => {
        const output = join(folder(), `out-${format.name}.${format.extension}`);
        const { copied, media, warnings } = await convertFile(
          input,
          output,
          format.name,
          {},
          { resultBytes: 1e8 },
        );
        const what = `${name} to ${format.name}`;
        assert.ok(copied || format.codec.encoders.some(({ codec }) => codec === media.codec), what);
        assert.equal(media.channels, Math.min(original.channels, format.codec.mostChannels), what);
        assert.deepEqual(warnings, [], what);
        const seconds = (await decodedSamples(output, '-ac', '1')).length / media.sampleRate;
        const tolerance = TOLERANCE.seconds + TOLERANCE.samples / media.sampleRate;
        assert.ok(Math.abs(seconds - 2) < tolerance, `${what}: ${seconds} s`);
      });
    });
  }
});
