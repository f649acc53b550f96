import assert from 'node:assert/strict';
import { join } from 'node:path';
import { binaries, makeSound } from '../support/audio.ts';
import { convertFile, withEach } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { run } from '../support/programs.ts';
import { amplitude, channel, decodedSamples, peak } from '../support/sound.ts';

const LOUDNESS = 0.03;
const RATE = 48_000;

/** Channels that the levels of BS.775 put into the left channel of stereo: in full, at -3 dB, at -6 dB and at -9 dB. */
const FULL = /^(FL|FLC|DL)$/;
const THREE = /^(FC|BL|SL|WL|TFL|BFL)$/;
const SIX = /^(BC|TC|TFC|BFC|TBL|TSL)$/;
const NINE = /^TBC$/;

/** The tone of each channel, Hz. */
const tone = (index: number) => 400 + 200 * index;

describe('A layout of channels that ffmpeg knows', function () {
  this.timeout(300_000);
  const folder = temporaryFolder();

  /** All layouts with the names of their channels. */
  async function layouts(): Promise<[string, readonly string[]][]> {
    const { ffmpeg } = await binaries();
    const { stdout } = await run(ffmpeg.path, ['-hide_banner', '-layouts']);
    const [, list = ''] = stdout.split('DECOMPOSITION');
    return list
      .split('\n')
      .map((line) => /^(\S+) +(\S+)$/.exec(line))
      .filter((line) => line !== null)
      .map(([, name = '', channels = '']): [string, string[]] => [name, channels.split('+')]);
  }

  /** Writes a tone into each channel. The mask of a WAV file has no place for some layouts of 16 and 24 channels. */
  async function make(layout: string, names: readonly string[]): Promise<string> {
    const path = join(folder(), `${layout}.wav`);
    const tones = names.map((_, index) => `${LOUDNESS}*sin(2*PI*${tone(index)}*t)`).join('|');
    await makeSound(path, `aevalsrc=${tones}:s=${RATE}:d=0.5:c=${layout}`, '-c:a', 'pcm_s24le');
    return path;
  }

  async function levels(path: string, channels: number, tones: number): Promise<number[][]> {
    const samples = await decodedSamples(path);
    return Array.from({ length: channels }, (_, which) => {
      const heard = channel(samples, which, channels).slice(4800, 19_200);
      return Array.from({ length: tones }, (_, index) => amplitude(heard, tone(index), RATE) / LOUDNESS);
    });
  }

  it('is mixed to stereo at the levels of BS.775, and its low frequencies are told', async () => {
    await withEach(await layouts(), async ([layout, names]) => {
      if (names.length < 3) return;
      const input = await make(layout, names);
      const output = join(folder(), `${layout}.stereo.wav`);
      const { original, adaptations } = await convertFile(input, output, 'wav', { channels: 2 });
      if (original.channelLayout !== layout) return;
      const [left = []] = await levels(output, 2, names.length);
      const expected = names.map((name) =>
        FULL.test(name)
          ? 1
          : THREE.test(name)
            ? Math.SQRT1_2
            : SIX.test(name)
              ? 0.5
              : NINE.test(name)
                ? Math.SQRT1_2 / 2
                : 0,
      );
      for (const [index, share] of expected.entries())
        assert.ok(Math.abs((left[index] ?? 0) - share) < 0.02, `${layout} ${names[index]}: ${left[index]}`);
      const told = adaptations.some(({ property }) => property === 'lowFrequencyChannel');
      assert.equal(
        told,
        names.some((name) => name.startsWith('LFE')),
        layout,
      );
    });
  });

  it('is held at full scale where a mix of loud channels would exceed it', async () => {
    for (const channels of [1, 2]) {
      const input = join(folder(), 'loud.wav');
      const loud = Array.from({ length: 6 }, () => 'sin(2*PI*440*t)').join('|');
      await makeSound(input, `aevalsrc=${loud}:s=${RATE}:d=0.5:c=5.1`, '-c:a', 'pcm_s24le');
      const output = join(folder(), 'loud.out.wav');
      await convertFile(input, output, 'wav', { channels });
      const samples = await decodedSamples(output);
      const flat = samples.filter((sample) => Math.abs(sample) > 0.9999).length;
      assert.ok(
        peak(samples) > 0.9 && flat < samples.length * 0.02,
        `${peak(samples)}, ${flat} flat samples`,
      );
    }
  });
});
