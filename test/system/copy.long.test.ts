import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeSound } from '../support/audio.ts';
import { convertFile, testEngine, withEach } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { packetsHash } from '../support/packets.ts';
import { decodedMd5 } from '../support/sound.ts';

const NOISE = 'anoisesrc=sample_rate=44100:duration=1.2345:amplitude=0.3:seed=5';

/** A file by its extension and its encoder, and the formats into which its packets are copied without a request. */
const COPIED: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['mp3', ['libmp3lame'], ['mp3']],
  ['mp3', ['libmp3lame', '-write_xing', '0'], ['mp3', 'mka']],
  ['avi', ['libmp3lame'], ['mp3', 'mka']],
  ['m4a', ['aac'], ['m4a', 'm4b', 'm4r']],
  ['aac', ['aac'], ['m4a', 'm4b', 'm4r', 'aac', 'mka']],
  ['mkv', ['aac'], ['m4a', 'aac', 'mka']],
  ['m4a', ['alac'], ['alac', 'mka']],
  ['caf', ['alac'], ['alac', 'mka']],
  ['ogg', ['libvorbis'], ['ogg', 'oga', 'mka']],
  ['webm', ['libvorbis'], ['ogg', 'oga', 'mka']],
  ['opus', ['libopus'], ['opus', 'webm', 'oga', 'mka']],
  ['webm', ['libopus'], ['opus', 'webm', 'oga', 'mka']],
  ['flac', ['flac'], ['flac', 'oga', 'mka']],
  ['mka', ['flac'], ['flac', 'oga', 'mka']],
  ['ac3', ['ac3'], ['ac3', 'mka']],
  ['mkv', ['ac3'], ['ac3', 'mka']],
  ['eac3', ['eac3'], ['eac3', 'mka']],
  ['mp2', ['mp2'], ['mp2', 'mka']],
  ['wma', ['wmav2'], ['wma']],
  ['wv', ['wavpack'], ['wv']],
  ['tta', ['tta'], ['tta']],
  ['wav', ['pcm_u8'], ['wav', 'w64']],
  ['wav', ['pcm_s16le'], ['wav', 'w64']],
  ['w64', ['pcm_s32le'], ['wav', 'w64']],
  ['wav', ['pcm_s24le'], ['wav', 'w64']],
  ['wav', ['pcm_s32le'], ['wav', 'w64']],
  ['wav', ['pcm_f64le'], ['wav', 'w64']],
  ['aiff', ['pcm_s16be'], ['aiff', 'caf', 'au']],
  ['caf', ['pcm_f32be'], ['aiff', 'caf', 'au']],
  ['au', ['pcm_f64be'], ['aiff', 'caf', 'au']],
];

describe('A conversion to the codec of the original', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  for (const [extension, [encoder = '', ...settings], formats] of COPIED) {
    const name = [encoder, ...settings].join(' ');
    it(`copies the packets of ${name} in ${extension} to ${formats.join(', ')}`, async () => {
      const input = join(folder(), `in.${extension}`);
      await makeSound(input, NOISE, '-ac', '2', '-c:a', encoder, ...settings);
      const { formats: possible, probe } = await testEngine();
      const { media } = await probe(input, new AbortController().signal);
      const before = [await packetsHash(input, media.codec), await decodedMd5(input)];
      const made = possible.filter((format) => formats.includes(format.name));
      await withEach(made, async (format) => {
        const output = join(folder(), `out-${format.name}.${format.extension}`);
        const { copied, media: after, warnings, adaptations } = await convertFile(input, output, format.name);
        assert.ok(copied, format.name);
        assert.equal(after.codec, media.codec, format.name);
        assert.deepEqual(
          [await packetsHash(output, media.codec), await decodedMd5(output)],
          before,
          format.name,
        );
        assert.deepEqual([warnings, adaptations], [[], []], format.name);
      });
    });
  }

  it('encodes for mka and aac where the copy would lose the gaps of MP4, and copies them on request', async () => {
    const input = join(folder(), 'in.m4a');
    await makeSound(input, NOISE, '-ac', '2', '-c:a', 'aac');
    const output = join(folder(), 'out.aac');
    assert.equal((await convertFile(input, output, 'aac')).copied, false);
    const { copied, adaptations } = await convertFile(input, output, 'aac', { audio: 'copy' });
    assert.ok(copied);
    assert.deepEqual(
      adaptations.map(({ property }) => property),
      ['gapless'],
    );
    assert.equal(await packetsHash(output, 'aac'), await packetsHash(input, 'aac'));
  });

  for (const [extension, encoder, format] of [
    ['mp3', 'libmp3lame', 'mp3'],
    ['m4a', 'aac', 'm4a'],
    ['opus', 'libopus', 'opus'],
    ['ogg', 'libvorbis', 'ogg'],
    ['ac3', 'ac3', 'ac3'],
    ['wav', 'pcm_s16le', 'wav'],
    ['m4a', 'alac', 'alac'],
  ] as const) {
    it(`cuts a copy of ${encoder} between packets, and tells where`, async () => {
      const input = join(folder(), `in.${extension}`);
      await makeSound(input, NOISE, '-ac', '2', '-c:a', encoder);
      const output = join(folder(), `out.${extension}`);
      const cut = { audio: 'copy', start: 0.3331, end: 0.9001 };
      const { copied, media, adaptations } = await convertFile(input, output, format, cut);
      assert.ok(copied);
      assert.deepEqual(
        adaptations.map(({ property, from }) => [property, from]),
        [
          ['start', 0.3331],
          ['end', 0.9001],
        ],
      );
      const [start, end] = adaptations.map(({ to }) => Number(to));
      assert.ok(start !== undefined && start > 0.3331 && start < 0.46, `${start}`);
      assert.ok(end !== undefined && Math.abs(end - 0.9001) < 0.11, `${end}`);
      assert.ok(Math.abs((media.duration ?? 0) - (end - start)) < 0.06, `${media.duration} s`);
    });
  }

  it('encodes a file whose streams stand one after another, or whose rate changes, and copies neither on request', async () => {
    const [first, second, third] = ['a.mp3', 'b.mp3', 'c.mp3'].map((name) => join(folder(), name));
    assert.ok(first && second && third);
    await makeSound(first, NOISE, '-c:a', 'libmp3lame');
    await makeSound(second, NOISE, '-ar', '22050', '-c:a', 'libmp3lame', '-write_xing', '0');
    await writeFile(third, Buffer.concat([await readFile(first), await readFile(second)]));
    const output = join(folder(), 'out.mp3');
    const { copied, warnings } = await convertFile(third, output, 'mp3');
    assert.equal(copied, false);
    assert.ok(warnings.some(({ code }) => code === 'format_changes'));
    await assert.rejects(convertFile(third, output, 'mp3', { audio: 'copy' }), { code: 'cannot_copy' });
  });

  it('tells the damage of an original that it copies, as that of any other', async () => {
    const input = join(folder(), 'in.flac');
    await makeSound(input, NOISE, '-ac', '2', '-c:a', 'flac');
    const bytes = await readFile(input);
    await writeFile(
      input,
      Buffer.concat([
        bytes.subarray(0, bytes.length / 2),
        Buffer.alloc(3000, 7),
        bytes.subarray(bytes.length / 2 + 3000),
      ]),
    );
    const { warnings } = await convertFile(input, join(folder(), 'out.flac'), 'flac');
    assert.ok(warnings.some(({ code }) => code === 'damaged_parts' || code === 'truncated'));
  });
});
