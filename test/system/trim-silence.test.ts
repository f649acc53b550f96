import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { effectiveOptions } from '../../lib/audio/formats/effective-options.ts';
import { parseOptions } from '../../lib/audio/formats/options.ts';
import { makeSound } from '../support/audio.ts';
import { convertFile, convertWith, formatCalled, testEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';

/** Sound of 12000 to 31999 and of 40000 to 59999 in 80000 samples; -40 dBFS of hum at first, and nothing else. */
const HUM = 'between(n,2000,9999)*0.01*(2*mod(n,2)-1)';
const SOUND = '(between(n,12000,31999)+between(n,40000,59999))*0.5*(2*mod(n,2)-1)';
const SOURCE = `aevalsrc='${HUM}+${SOUND}':s=16000:d=5`;

const RATE = 16_000;

describe('The option trimSilence', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let input = '';
  beforeEach(async () => {
    input = join(folder(), 'in.wav');
    await makeSound(input, SOURCE);
  });

  async function samplesOf(path: string): Promise<Int16Array> {
    const bytes = await readFile(path);
    const at = bytes.indexOf('data') + 8;
    return new Int16Array(new Uint8Array(bytes.subarray(at, at + bytes.readUInt32LE(at - 4))).buffer);
  }

  async function trimmed(options: object, from = input) {
    const output = join(folder(), 'out.wav');
    const made = await convertFile(from, output, 'wav', options);
    return { ...made, samples: await samplesOf(output) };
  }

  /** Options, and the samples of the original that the result has. */
  const CASES: readonly [string, object, number, number][] = [
    ['both ends', { trimSilence: { threshold: -30 } }, 12_000, 60_000],
    ['what is below the usual threshold', { trimSilence: {} }, 2000, 60_000],
    ['all but what is kept', { trimSilence: { threshold: -30, keep: 0.5 } }, 4000, 68_000],
    ['no more than there is', { trimSilence: { threshold: -30, keep: 60 } }, 0, 80_000],
    ['within start and end', { start: 1, end: 2.25, trimSilence: { threshold: -30 } }, 16_000, 32_000],
  ];

  for (const [name, options, first, behind] of CASES)
    it(`leaves out ${name}, to the sample, and tells how much`, async () => {
      const { samples, media, adaptations } = await trimmed(options);
      const whole = await samplesOf(input);
      assert.deepEqual(samples, whole.subarray(first, behind));
      assert.equal(media.duration, (behind - first) / RATE);
      const [start, end] = 'start' in options ? [16_000, 36_000] : [0, 80_000];
      const expected = [
        ...(first > start ? [['start', `${(first - start) / RATE} s`]] : []),
        ...(behind < end ? [['end', `${(end - behind) / RATE} s`]] : []),
      ];
      const told = adaptations.filter(({ code }) => code === 'silence');
      assert.deepEqual(
        told.map(({ property, from }) => [property, from]),
        expected,
      );
    });

  it('finds sound in any channel, and in the middle of a chunk', async () => {
    const one = join(folder(), 'one.wav');
    await makeSound(one, "aevalsrc='0|0|0|0|0|eq(n,70001)':s=48000:d=2:c=5.1");
    assert.equal((await trimmed({ trimSilence: {} }, one)).samples.length, 6);
  });

  it('fades, fits and copies what is left', async () => {
    const faded = await trimmed({ trimSilence: { threshold: -30 }, fadeOut: 1 });
    assert.equal(faded.samples.length, 48_000);
    assert.ok(Math.abs(faded.samples.at(-1) ?? 1) < 10);
    const mp3 = join(folder(), 'in.mp3');
    await convertFile(input, mp3, 'mp3');
    const copy = await convertFile(mp3, join(folder(), 'out.mp3'), 'mp3', {
      audio: 'copy',
      trimSilence: { threshold: -30 },
    });
    assert.ok(copy.copied);
    assert.ok(Math.abs((copy.media.duration ?? 0) - 3) < 0.1, `${copy.media.duration} s`);
    const fitted = await convertFile(input, join(folder(), 'fit.mp3'), 'mp3', {
      fit: { maxBytes: 20_000 },
      trimSilence: { threshold: -30 },
    });
    assert.ok(Math.abs((fitted.media.duration ?? 0) - 3) < 0.01);
  });

  it('takes the packets of a sound without silence as they are', async () => {
    const tone = join(folder(), 'tone.flac');
    await makeSound(tone, "aevalsrc='0.5*(2*mod(n,2)-1)':s=16000:d=1");
    const made = await convertFile(tone, join(folder(), 'out.flac'), 'flac', { trimSilence: {} });
    assert.ok(made.copied);
    assert.ok(!made.adaptations.some(({ code }) => code === 'silence'));
  });

  it('leaves nothing of a sound below the threshold, and says so', async () => {
    for (const source of ['anullsrc=r=44100:d=1', "aevalsrc='0.0005':s=44100:d=1"]) {
      await makeSound(input, source);
      await assert.rejects(trimmed({ trimSilence: {} }), {
        code: 'nothing_left',
        message: 'Trimming leaves no sound: no sample of the original is above -60 dBFS.',
      });
    }
  });

  it('is planned with what it leaves out; without a file the plan says that the result may be shorter', async () => {
    const [audio, format] = [await testEngine(), formatCalled('wav')];
    const options = effectiveOptions(format, parseOptions(format, { trimSilence: { threshold: -30 } }));
    const { signal } = new AbortController();
    const probed = await audio.probe(input, signal);
    const planned = await audio.plan({ input, probed, options, signal });
    const { size } = await convertWith(audio, input, join(folder(), 'out.wav'), 'wav', options.options);
    assert.deepEqual(planned.bytes, { least: size, likely: size, most: size, exact: true });
    assert.equal(planned.duration, 3);
    const blind = await audio.plan({ input: null, probed, options, signal });
    assert.deepEqual([blind.bytes?.least, blind.bytes?.exact, blind.duration], [0, false, 5]);
  });

  it('names what it expects', () => {
    for (const [value, expected] of [
      ['yes', /trimSilence: expected an object with threshold in dBFS, keep in seconds, or neither/],
      [{ threshold: 0 }, /trimSilence.threshold: expected -120 to -10 dBFS/],
      [{ keep: -1 }, /trimSilence.keep: expected 0 to 60 s/],
      [{ keepp: 1 }, /there is no keepp; expected an object/],
    ] as const)
      assert.throws(() => parseOptions(formatCalled('mp3'), { trimSilence: value }), expected);
  });
});
