import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Made } from '../../lib/audio/engine/encode.ts';
import type { Loudness } from '../../lib/audio/media/media-info.ts';
import { makeSound, makeSpeech } from './audio.ts';
import { convertFile, withEach } from './engine.ts';
import { measuredLoudness } from './sound.ts';

/** A chord with a beat: peaks far above its loudness, as music has them. */
export const MUSIC =
  'aevalsrc=0.2*(sin(2*PI*220*t)+sin(2*PI*277.2*t)+sin(2*PI*329.6*t))*exp(-4*mod(t\\,0.5))+0.5*(random(0)-0.5)*exp(-40*mod(t\\,0.5)):s=44100:d=12';

/** 50 dB below what is usual. */
const QUIET = `${MUSIC},volume=-50dB`;

export async function normalise(
  folder: string,
  input: string,
  format: string,
  loudness: { target: number; truePeak: number },
): Promise<{ made: Made; heard: Loudness }> {
  const output = join(folder, `out.${format}`);
  const made = await convertFile(input, output, format, { loudness });
  return { made, heard: await measuredLoudness(output) };
}

export function fitsMusic(
  folder: () => string,
  formats: readonly string[],
  target: number,
  truePeak: number,
): void {
  it(`makes music ${target} LUFS and at most ${truePeak} dBTP as ${formats.join(', ')}`, async () => {
    const input = join(folder(), 'in.wav');
    await makeSound(input, MUSIC);
    await mustFitAs(formats, folder(), input, { target, truePeak });
  });
}

export function raisesQuiet(folder: () => string, formats: readonly string[]): void {
  it(`raises very quiet sound by some fifty decibels as ${formats.join(', ')}`, async () => {
    const input = join(folder(), 'in.flac');
    await makeSound(input, QUIET, '-sample_fmt', 's32');
    await mustFitAs(formats, folder(), input, { target: -16, truePeak: -1 });
  });
}

export function fitsSpeech(folder: () => string, formats: readonly string[]): void {
  it(`makes speech -16 LUFS as ${formats.join(', ')}, where espeak-ng is found`, async function () {
    const input = join(folder(), 'in.wav');
    if (!(await makeSpeech(input))) this.skip();
    await mustFitAs(formats, folder(), input, { target: -16, truePeak: -1 });
  });
}

async function mustFitAs(
  formats: readonly string[],
  folder: string,
  input: string,
  { target, truePeak }: { target: number; truePeak: number },
): Promise<void> {
  await withEach(formats, async (format) => {
    const { heard } = await normalise(folder, input, format, { target, truePeak });
    const { integrated } = heard;
    assert.ok(Math.abs(integrated - target) <= 0.5, `${format}: ${integrated} LUFS instead of ${target}`);
    assert.ok(heard.truePeak <= truePeak, `${format}: ${heard.truePeak} dBTP instead of ${truePeak}`);
  });
}
