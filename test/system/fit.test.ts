import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { effectiveOptions } from '../../lib/audio/formats/effective-options.ts';
import { parseOptions } from '../../lib/audio/formats/options.ts';
import { probedOf } from '../../lib/audio/media/described-media.ts';
import { makeSound } from '../support/audio.ts';
import { convertFile, formatCalled, testEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';

const NOISE = 'anoisesrc=color=pink:sample_rate=44100:amplitude=0.4:seed=3:duration=8';

describe('The option fit', function () {
  this.timeout(180_000);
  const folder = temporaryFolder();
  let input = '';
  beforeEach(async () => {
    input = join(folder(), 'in.wav');
    await makeSound(input, NOISE, '-ac', '2');
  });

  async function fitted(format: string, maxBytes: number, from = input) {
    const output = join(folder(), `out.${format}`);
    const made = await convertFile(from, output, format, { fit: { maxBytes } });
    return { ...made, size: (await stat(output)).size, output };
  }

  for (const format of ['mp3', 'opus', 'm4a', 'ogg', 'webm'])
    it(`uses 95 to 100 % of a limit as ${format}`, async () => {
      for (const maxBytes of [45_000, 150_000]) {
        const { size, media, adaptations } = await fitted(format, maxBytes);
        assert.ok(size <= maxBytes && size >= maxBytes * 0.95, `${size} of ${maxBytes} bytes`);
        const chosen = adaptations.filter(({ code }) => code === 'fitted');
        const told = Object.fromEntries(chosen.map(({ property, to }) => [property, to]));
        assert.ok(Number(told.bitrate) > 0);
        assert.equal(told.sampleRate ?? 44_100, media.sampleRate);
        assert.equal(told.channels ?? 2, media.channels);
      }
    });

  for (const format of ['wma', 'mp2', 'ac3'])
    it(`stays within a limit as ${format}, and near to it`, async () => {
      const { size } = await fitted(format, 150_000);
      assert.ok(size <= 150_000 && size > 150_000 * 0.8, `${size} bytes`);
    });

  it('names the smallest limit that is possible, which then is', async () => {
    for (const format of ['mp3', 'opus', 'aac', 'ogg', 'wma', 'ac3']) {
      const error = await fitted(format, 2000).catch((error: unknown) => error);
      assert.ok(error instanceof Error && 'code' in error && error.code === 'result_too_large');
      const least = Number(/at least (\d+)/.exec(error.message)?.[1]);
      assert.ok((await fitted(format, least)).size <= least, `${format} in ${least} bytes`);
    }
  });

  it('is planned as it will be chosen', async () => {
    const [audio, format] = [await testEngine(), formatCalled('mp3')];
    const options = effectiveOptions(format, parseOptions(format, { fit: { maxBytes: 60_000 } }));
    const { signal } = new AbortController();
    const plan = await audio.plan({ input, probed: await audio.probe(input, signal), options, signal });
    const { media } = await fitted('mp3', 60_000);
    assert.deepEqual([plan.sampleRate, plan.channels], [media.sampleRate, media.channels]);
    assert.ok(plan.bytes && plan.bytes.most <= 60_000 && plan.bytes.likely > 50_000);
    assert.ok(plan.adaptations.some(({ property, code }) => property === 'bitrate' && code === 'fitted'));
  });

  it('refuses three hours in 100 kB before any work, and names how much they need', async () => {
    const [audio, format] = [await testEngine(), formatCalled('opus')];
    const planned = (maxBytes: number) => {
      const options = effectiveOptions(format, parseOptions(format, { fit: { maxBytes } }));
      const { signal } = new AbortController();
      const media = {
        container: 'wav',
        codec: 'pcm_s16le',
        duration: 10_800,
        sampleRate: 44_100,
        channels: 2,
      };
      return audio.plan({ input: null, probed: probedOf(media), options, signal });
    };
    await assert.rejects(planned(100_000), {
      code: 'result_too_large',
      message: /10800 s .* at least 1\d{7} /,
    });
    const { adaptations, bytes } = await planned(25_000_000);
    assert.deepEqual(
      adaptations.map(({ property }) => property),
      ['sampleRate', 'channels', 'bitrate'],
    );
    assert.ok(bytes && bytes.most <= 25_000_000);
  });

  it('copies an original that fits, and encodes one that does not', async () => {
    const original = join(folder(), 'fits.mp3');
    await convertFile(input, original, 'mp3', { bitrate: 128_000 });
    const { size } = await stat(original);
    assert.equal((await fitted('mp3', size * 2, original)).copied, true);
    const smaller = await fitted('mp3', 100_000, original);
    assert.equal(smaller.copied, false);
    assert.ok(smaller.size <= 100_000);
  });

  it('takes a limit by name, and neither a bitrate nor an unknown name with it', () => {
    const format = formatCalled('mp3');
    assert.deepEqual(parseOptions(format, { fit: 'speech-25mb' }).fit, {
      maxBytes: 25_000_000,
      sound: 'speech',
    });
    assert.throws(() => parseOptions(format, { fit: 'chat-10mb', bitrate: 64_000 }), /not both/);
    for (const fit of ['letter', { maxBytes: 5 }, { maxbytes: 5000 }, 3, null])
      assert.throws(() => parseOptions(format, { fit }), /speech-25mb|1000 to/);
  });
});
