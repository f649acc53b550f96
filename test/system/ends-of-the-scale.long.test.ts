import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ENCODING_NAMES } from '../../lib/audio/formats/encodings.ts';
import { createTagWorker } from '../../lib/audio/tags/tag-worker.ts';
import { hasCode } from '../../lib/runtime/errors.ts';
import { makeSound, makeTone } from '../support/audio.ts';
import { convertFile, testEngine, withEach } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';

/** Originals at the ends of the scale: ffmpeg's source, and the settings of its WAV file. */
const SOUNDS: Readonly<Record<string, readonly [source: string, ...settings: string[]]>> = {
  'one sample': ['sine=sample_rate=48000:duration=1', '-af', 'atrim=end_sample=1'],
  'a hundred samples': ['sine=sample_rate=44100:duration=1', '-af', 'atrim=end_sample=100'],
  '300 ms': ['sine=sample_rate=44100:duration=0.3'],
  silence: ['anullsrc=r=44100:cl=stereo:d=0.5'],
  'sixteen channels': [`aevalsrc=${Array(16).fill('0.1*sin(2760*t)').join('|')}:s=48000:d=0.3`],
  '384 kHz': ['sine=sample_rate=384000:duration=0.3', '-c:a', 'pcm_s24le'],
  'floating point of 64 bits': ['sine=sample_rate=48000:duration=0.3', '-c:a', 'pcm_f64le'],
};

/** A conversion that hangs ends as `timed_out`. */
const LIMITS = { resultBytes: 1e8, conversionSeconds: 10 };

/** Every format of this ffmpeg, and WAV with each of its encodings. */
async function targets(): Promise<{ name: string; options: object }[]> {
  const { formats } = await testEngine();
  return formats.flatMap(({ name, encodings = {} }) => {
    const others = ENCODING_NAMES.filter((encoding) => name === 'wav' && encodings[encoding]);
    return [{ name, options: {} }, ...others.map((encoding) => ({ name, options: { encoding } }))];
  });
}

describe('An original at the ends of the scale', function () {
  this.timeout(300_000);
  const folder = temporaryFolder();
  const worker = createTagWorker();
  after(() => worker.close());

  const at = (name: string) => join(folder(), name);

  async function becomesAll(path: string, seconds: number, codes: readonly string[] = []): Promise<void> {
    await withEach(await targets(), async ({ name, options }) => {
      const what = `${path} to ${name} ${JSON.stringify(options)}`;
      const output = at(`${name}${Object.values(options).join()}`);
      const made = await convertFile(path, output, name, options, LIMITS, worker).catch((error: unknown) => {
        throw new Error(what, { cause: error });
      });
      assert.deepEqual(
        made.warnings.map(({ code }) => code),
        codes,
        what,
      );
      const { duration } = made.original;
      assert.ok(duration !== null && Math.abs(duration - seconds) < 0.08, `${what}: ${duration} s`);
      assert.ok((made.media.duration ?? 0) >= duration - 0.001, `${what}: ${made.media.duration} s`);
    });
  }

  async function joined(name: string, ...parts: string[]): Promise<string> {
    await writeFile(at(name), Buffer.concat(await Promise.all(parts.map((part) => readFile(part)))));
    return at(name);
  }

  async function tone(name: string, seconds: number, ...settings: string[]): Promise<string> {
    await makeTone(at(name), seconds, ...settings);
    return at(name);
  }

  /** Overwrites bytes at a distance from a text. */
  async function changed(path: string, text: string, distance: number, bytes: readonly number[]) {
    const file = await readFile(path);
    file.set(bytes, file.indexOf(text) + distance);
    await writeFile(path, file);
    return path;
  }

  const SECONDS: Readonly<Record<string, number>> = { 'one sample': 0, 'a hundred samples': 0, silence: 0.5 };

  for (const [name, [source, ...settings]] of Object.entries(SOUNDS)) {
    it(`becomes every format: ${name}`, async () => {
      await makeSound(at('a.wav'), source, ...settings);
      await becomesAll(at('a.wav'), SECONDS[name] ?? 0.3);
    });
  }

  it('becomes every format: a header without a duration, or with one of 0', async () => {
    await becomesAll(await changed(await tone('a.flac', 0.3), 'fLaC', 21, [0xf0, 0, 0, 0, 0]), 0.3);
    await becomesAll(await changed(await tone('a.m4a', 0.3), 'mdhd', 20, [0, 0, 0, 0]), 0.3);
  });

  it('becomes every format: streams that are chained or joined', async () => {
    const ogg = await tone('part.ogg', 1);
    await becomesAll(await joined('chained.ogg', ogg, ogg), 2, ['concatenated']);
    const [first, second] = [await tone('a.mp3', 1), await tone('b.mp3', 1, '-ar', '44100', '-ac', '2')];
    await becomesAll(await joined('rates.mp3', first, second), 2, ['format_changes', 'concatenated']);
  });

  it('fails as no_audio in every format where it has no sample', async () => {
    const path = at('a.wav');
    await makeSound(path, 'sine=duration=0.1');
    const file = await readFile(path);
    const data = file.indexOf('data');
    file.writeUInt32LE(0, data + 4);
    await writeFile(path, file.subarray(0, data + 8));
    await withEach(await targets(), async ({ name, options }) => {
      for (const more of [{}, { start: 1 }]) {
        const made = convertFile(
          path,
          at(`${randomUUID()}-none`),
          name,
          { ...options, ...more },
          LIMITS,
          worker,
        );
        await assert.rejects(made, (error) => hasCode(error, 'no_audio'), name);
      }
    });
  });
});
