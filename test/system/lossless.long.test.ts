import assert from 'node:assert/strict';
import { join } from 'node:path';
import { makeSound } from '../support/audio.ts';
import { convertFile, withEach } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { decodedMd5 } from '../support/sound.ts';

const NOISE = 'anoisesrc=sample_rate=44100:duration=1.2345:amplitude=0.7:seed=7';

/** Encoder settings of an original of each depth, by format. */
const LOSSLESS: Readonly<Record<string, Readonly<Record<string, string[]>>>> = {
  wav: {
    16: ['-c:a', 'pcm_s16le'],
    24: ['-c:a', 'pcm_s24le'],
    '32 float': ['-c:a', 'pcm_f32le'],
    32: ['-c:a', 'pcm_s32le'],
  },
  aiff: {
    16: ['-c:a', 'pcm_s16be'],
    24: ['-c:a', 'pcm_s24be'],
    '32 float': ['-c:a', 'pcm_f32be'],
    32: ['-c:a', 'pcm_s32be'],
  },
  caf: {
    16: ['-c:a', 'pcm_s16be'],
    24: ['-c:a', 'pcm_s24be'],
    '32 float': ['-c:a', 'pcm_f32be'],
    32: ['-c:a', 'pcm_s32be'],
  },
  au: {
    16: ['-c:a', 'pcm_s16be'],
    24: ['-c:a', 'pcm_s24be'],
    '32 float': ['-c:a', 'pcm_f32be'],
    32: ['-c:a', 'pcm_s32be'],
  },
  flac: { 16: ['-sample_fmt', 's16'], 24: ['-sample_fmt', 's32'] },
  alac: { 16: ['-c:a', 'alac', '-sample_fmt', 's16p'], 24: ['-c:a', 'alac', '-sample_fmt', 's32p'] },
};

const extension = (format: string) => (format === 'alac' ? 'm4a' : format);

describe('A conversion between any two lossless formats', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  for (const [from, depths] of Object.entries(LOSSLESS)) {
    for (const [depth, settings] of Object.entries(depths)) {
      it(`changes no bit of ${depth}-bit ${from}`, async () => {
        const input = join(folder(), `in.${extension(from)}`);
        await makeSound(input, NOISE, '-ac', '2', ...settings);
        const kept = Object.entries(LOSSLESS).filter(([, others]) => depth in others);
        const before = await decodedMd5(input);
        await withEach(kept, async ([to]) => {
          const output = join(folder(), `out-${to}.${extension(to)}`);
          const made = await convertFile(input, output, to);
          assert.equal(await decodedMd5(output), before, to);
          assert.equal(made.media.bitDepth, Number.parseInt(depth, 10), to);
          assert.deepEqual(made.adaptations, [], to);
        });
      });
    }
  }
});
