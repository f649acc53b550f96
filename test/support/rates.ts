import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { makeSound } from './audio.ts';
import { convertFile } from './engine.ts';
import { decodedSamples, streamBitrate } from './sound.ts';

export const NOISE = 'anoisesrc=sample_rate=44100:duration=8:amplitude=0.3:color=pink:seed=3';

type Path = (name: string) => string;

export function makesBitrates(path: Path, format: string, bitrates: readonly number[]): void {
  it(`make ${format} of ${bitrates.join(' and ')} bits a second, within 5 %`, async () => {
    await makeSound(path('in.wav'), NOISE, '-ac', '2');
    for (const bitrate of bitrates) {
      await convertFile(path('in.wav'), path(`out.${format}`), format, { bitrate });
      const made = await streamBitrate(path(`out.${format}`));
      assert.ok(Math.abs(made / bitrate - 1) <= 0.05, `${made} instead of ${bitrate}`);
    }
  });
}

export function growsWithQuality(path: Path, format: string): void {
  it(`make ${format} larger the higher its quality`, async () => {
    await makeSound(path('in.wav'), NOISE, '-ac', '2');
    const sizes: number[] = [];
    for (const quality of [0, 3, 6, 10]) {
      await convertFile(path('in.wav'), path(`out.${format}`), format, { quality });
      sizes.push((await stat(path(`out.${format}`))).size);
    }
    assert.deepEqual(
      sizes,
      sizes.toSorted((a, b) => a - b),
    );
    assert.ok((sizes[3] ?? 0) > 1.5 * (sizes[0] ?? 0));
  });
}

export function cutsToTheSample(path: Path, from: string): void {
  it(`cut ${from} to the sample`, async () => {
    await makeSound(path(`in.${from}`), NOISE, '-ac', '1');
    const [start, end] = [1.234_56, 3.210_98];
    await convertFile(path(`in.${from}`), path('all.wav'), 'wav');
    await convertFile(path(`in.${from}`), path('cut.wav'), 'wav', { start, end });
    const [all, cut] = [await decodedSamples(path('all.wav')), await decodedSamples(path('cut.wav'))];
    const rate = from === 'opus' ? 48_000 : 44_100;
    assert.deepEqual(cut, all.slice(Math.round(start * rate), Math.round(end * rate)));
  });
}
