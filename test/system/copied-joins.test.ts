import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { effectiveOptions } from '../../lib/audio/formats/effective-options.ts';
import { parseOptions } from '../../lib/audio/formats/options.ts';
import { makeSound } from '../support/audio.ts';
import { formatCalled, testEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { packetsHash } from '../support/packets.ts';
import { decodedSamples } from '../support/sound.ts';

const TONE = (seconds: number) => `sine=frequency=440:sample_rate=44100:duration=${seconds}`;

describe('A join of packets as they are', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const at = (name: string) => join(folder(), name);

  /** Makes tracks of 1, 1.5 and 2 seconds. */
  async function tracksOf(extension: string, ...settings: string[]): Promise<string[]> {
    const names = ['1', '2', '3'].map((number) => `${number}.${extension}`);
    for (const [index, name] of names.entries())
      await makeSound(at(name), TONE(1 + index / 2), '-metadata', `title=Part ${index + 1}`, ...settings);
    return names;
  }

  async function joined(names: readonly string[], newFormat: string, crossfade = 0) {
    const [engine, format, { signal }] = [await testEngine(), formatCalled(newFormat), new AbortController()];
    const work = at('work');
    await mkdir(work);
    const tracks = await Promise.all(
      names.map(async (name) => ({ name, source: at(name), probed: await engine.probe(at(name), signal) })),
    );
    const whole = await engine.join({
      tracks,
      title: 'Whole',
      crossfade,
      copied: true,
      folder: work,
      signal,
    });
    const options = effectiveOptions(format, parseOptions(format, { audio: 'copy' }));
    const output = join(work, `out.${format.extension}`);
    const { source: input, probed } = whole;
    const made = await engine.convert({
      input,
      output,
      probed,
      options,
      onProgress: () => undefined,
      signal,
    });
    return { ...made, output, told: whole.adaptations, left: await readdir(work) };
  }

  const CASES = [
    ['mp3', 'mp3', 'mp3'],
    ['m4a', 'aac', 'm4b'],
    ['ac3', 'ac3', 'mka'],
  ] as const;

  for (const [extension, codec, newFormat] of CASES)
    it(`has all packets of ${extension} as ${newFormat}, a chapter for each track, and tells of the gaps`, async () => {
      const names = await tracksOf(extension);
      const { copied, media, output, told, left } = await joined(names, newFormat);
      assert.ok(copied);
      assert.equal(media.codec, codec);
      assert.deepEqual(media.tags.title, ['Whole']);
      if (newFormat !== 'mka')
        assert.deepEqual(
          media.chapters.map(({ title }) => title),
          ['Part 1', 'Part 2', 'Part 3'],
        );
      assert.deepEqual(
        told.map(({ property }) => property),
        ['gapless'],
      );
      assert.ok(!left.some((name) => name.startsWith('packets-of-track')), `${left}`);
      const whole = await decodedSamples(output);
      const parts = await Promise.all(names.map((name) => decodedSamples(at(name))));
      const least = parts.reduce((sum, part) => sum + part.length, 0);
      assert.ok(whole.length >= least && whole.length < least + 3 * 4096, `${whole.length} of ${least}`);
      const ends = media.chapters.map(({ end }) => end);
      for (const [index, end] of ends.entries()) {
        const played = parts.slice(0, index + 1).reduce((sum, part) => sum + part.length, 0) / 44_100;
        assert.ok(end >= played - 0.05 && end < played + 0.3, `${end} after ${played}`);
      }
    });

  it('has one track as it is', async () => {
    const [name = ''] = await tracksOf('aac');
    const { output, told } = await joined([name], 'aac');
    assert.equal(await packetsHash(output, 'aac'), await packetsHash(at(name), 'aac'));
    assert.deepEqual(told, []);
  });

  it('is refused for packets of two kinds, for those that need a container, and with a crossfade', async () => {
    const [first = ''] = await tracksOf('mp3');
    await makeSound(at('other.mp3'), TONE(1), '-ar', '48000');
    await makeSound(at('a.flac'), TONE(1));
    await assert.rejects(joined([first, 'other.mp3'], 'mp3'), {
      code: 'cannot_copy',
      message:
        /^Track 2 \(other\.mp3\) is mp3 at 48000 Hz with 1 channel, and the first track mp3 at 44100 Hz/,
    });
    for (const [names, crossfade, sentence] of [
      [['a.flac'], 0, /Packets of flac cannot be joined/],
      [[first], 1, /expected no crossfade/],
    ] as const) {
      const { message } = await rejected(names, crossfade);
      assert.match(message, sentence);
    }
  });

  async function rejected(names: readonly string[], crossfade: number): Promise<Error> {
    const [engine, { signal }] = [await testEngine(), new AbortController()];
    const tracks = await Promise.all(
      names.map(async (name) => ({ name, source: at(name), probed: await engine.probe(at(name), signal) })),
    );
    const request = { tracks, title: null, crossfade, copied: true, folder: folder(), signal };
    const error: unknown = await engine.join(request).catch((reason: unknown) => reason);
    return error instanceof Error ? error : assert.fail('was not refused');
  }
});
