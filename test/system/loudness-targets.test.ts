import assert from 'node:assert/strict';
import { join } from 'node:path';
import { parseOptions } from '../../lib/audio/formats/options.ts';
import { makeSound } from '../support/audio.ts';
import { convertFile, formatCalled } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { measuredLoudness } from '../support/sound.ts';

/** A tone of -23 LUFS in two channels, which is -26 LUFS in one. */
const TONE = 'sine=frequency=997:sample_rate=48000:duration=4,volume=-2dB';

describe('The target of a loudness', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  async function loudnessOf(channels: number, loudness: object): Promise<number> {
    const [input, output] = [join(folder(), 'in.wav'), join(folder(), 'out.wav')];
    await makeSound(input, TONE, '-ac', String(channels));
    await convertFile(input, output, 'wav', { loudness });
    return (await measuredLoudness(output)).integrated;
  }

  const near = (found: number, wanted: number) => assert.ok(Math.abs(found - wanted) < 0.3, `${found} LUFS`);

  for (const [name, target] of [
    ['ebu-r128', -23],
    ['atsc-a85', -24],
    ['podcast', -16],
    ['spotify', -14],
    ['apple', -16],
    ['replaygain', -18],
  ] as const)
    it(`called ${name} is ${target} LUFS`, () => {
      const { loudness } = parseOptions(formatCalled('wav'), { loudness: { target: name } });
      assert.deepEqual(loudness, { target, truePeak: -1 });
    });

  it('is refused under another name, and the answer lists the names', () => {
    for (const target of ['radio', 'constructor', -60, null])
      assert.throws(() => parseOptions(formatCalled('wav'), { loudness: { target } }), /ebu-r128/);
  });

  it('leaves an original alone within the tolerance, and no other', async () => {
    const before = await loudnessOf(2, { target: 'ebu-r128' });
    near(before, -23);
    const as = await loudnessOf(2, { target: -30, tolerance: 10 });
    const louder = await loudnessOf(2, { target: -30, tolerance: 0.5 });
    near(louder, -30);
    assert.ok(as - louder > 3, `${as} LUFS`);
  });

  it('counts one channel as the two that play it, if it is asked to', async () => {
    near(await loudnessOf(1, { target: -20 }), -20);
    near(await loudnessOf(1, { target: -20, dualMono: 'yes' }), -23);
  });
});
