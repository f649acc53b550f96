import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FORMATS, findFormat } from '../../lib/audio/formats/formats.ts';
import { describeOptions, parseOptions } from '../../lib/audio/formats/options.ts';
import { makeSound, makeTone } from '../support/audio.ts';
import { convertFile } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { cutsToTheSample, growsWithQuality, makesBitrates, NOISE } from '../support/rates.ts';
import { amplitude, channel, decodedMd5, decodedSamples, measuredLoudness, peak } from '../support/sound.ts';

describe('Options', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const path = (name: string) => join(folder(), name);
  const opened = (name: string) => {
    const format = findFormat(name);
    assert.ok(format);
    return format;
  };

  describe('of bitrate and quality', () => {
    makesBitrates(path, 'mp3', [64_000, 192_000]);
    makesBitrates(path, 'opus', [64_000]);
    growsWithQuality(path, 'mp3');
  });

  it('set the sample rate, and keep pitch and length', async () => {
    await makeTone(path('in.wav'), 1);
    for (const sampleRate of [16_000, 44_100, 96_000]) {
      const made = await convertFile(path('in.wav'), path('out.wav'), 'wav', { sampleRate });
      const samples = await decodedSamples(path('out.wav'));
      assert.equal(made.media.sampleRate, sampleRate);
      assert.equal(samples.length, sampleRate);
      const heard =
        amplitude(samples, 440, sampleRate) / amplitude(await decodedSamples(path('in.wav')), 440, 48_000);
      assert.ok(Math.abs(heard - 1) < 0.01, `${heard}`);
    }
  });

  it('let a tone that the new rate cannot hold vanish instead of folding it back', async () => {
    await makeSound(path('in.wav'), 'sine=frequency=15000:sample_rate=48000:duration=1');
    await convertFile(path('in.wav'), path('out.wav'), 'wav', { sampleRate: 16_000 });
    const samples = await decodedSamples(path('out.wav'));
    const inside = peak(samples.slice(1000, -1000));
    assert.ok(inside < 0.0005, `${inside}`);
  });

  describe('of channels', () => {
    const TONES = [400, 500, 600, 700, 800, 900];
    const surround = TONES.map((tone) => `0.2*sin(2*PI*${tone}*t)`).join('|');

    it('mix 5.1 down to stereo by ITU-R BS.775, without the low-frequency channel', async () => {
      await makeSound(path('in.wav'), `aevalsrc=${surround}:s=48000:d=1:c=5.1`);
      await convertFile(path('in.wav'), path('out.wav'), 'wav', { channels: 2 });
      const samples = await decodedSamples(path('out.wav'));
      const heard = [0, 1].map((side) =>
        TONES.map((tone) => amplitude(channel(samples, side, 2), tone, 48_000) / 0.2),
      );
      const [front, folded] = [1, Math.SQRT1_2];
      closeTo(heard[0], [front, 0, folded, 0, folded, 0]);
      closeTo(heard[1], [0, front, folded, 0, 0, folded]);
    });

    it('mix everything down to one channel', async () => {
      await makeSound(path('in.wav'), `aevalsrc=${surround}:s=48000:d=1:c=5.1(side)`);
      await convertFile(path('in.wav'), path('out.wav'), 'wav', { channels: 1 });
      const samples = await decodedSamples(path('out.wav'));
      const parts = [Math.SQRT1_2, Math.SQRT1_2, 1, 0, 0.5, 0.5];
      closeTo(
        TONES.map((tone) => amplitude(samples, tone, 48_000) / 0.2),
        parts,
      );
    });

    it('never clip, whatever is mixed', async () => {
      const loud = TONES.map(() => 'sin(2*PI*440*t)').join('|');
      await makeSound(path('in.wav'), `aevalsrc=${loud}:s=48000:d=1:c=5.1`, '-c:a', 'pcm_f32le');
      for (const channels of [1, 2, 4]) {
        await convertFile(path('in.wav'), path('out.wav'), 'wav', { channels });
        const highest = peak(await decodedSamples(path('out.wav')));
        assert.ok(highest <= 1 && highest > 0.5, `${highest}`);
      }
    });

    it('put one channel into both of stereo, sample by sample', async () => {
      await makeTone(path('in.wav'), 1);
      await convertFile(path('in.wav'), path('out.wav'), 'wav', { channels: 2 });
      const [mono, stereo] = [await decodedSamples(path('in.wav')), await decodedSamples(path('out.wav'))];
      assert.deepEqual(channel(stereo, 0, 2), mono);
      assert.deepEqual(channel(stereo, 1, 2), mono);
    });

    it('put stereo in front of 5.1, and nothing elsewhere', async () => {
      await makeSound(path('in.wav'), 'aevalsrc=0.5*sin(2*PI*400*t)|0.5*sin(2*PI*500*t):s=48000:d=1');
      const made = await convertFile(path('in.wav'), path('out.flac'), 'flac', { channels: 6 });
      assert.match(made.media.channelLayout ?? '', /^5\.1/);
      const samples = await decodedSamples(path('out.flac'));
      const original = await decodedSamples(path('in.wav'));
      assert.deepEqual(channel(samples, 0, 6), channel(original, 0, 2));
      assert.deepEqual(channel(samples, 1, 6), channel(original, 1, 2));
      for (const silent of [2, 3, 4, 5]) assert.equal(peak(channel(samples, silent, 6)), 0);
    });
  });

  it('set the bit depth', async () => {
    await makeTone(path('in.wav'), 1);
    for (const [format, bitDepth, codec] of [
      ['wav', 24, 'pcm_s24le'],
      ['wav', 32, 'pcm_f32le'],
      ['aiff', 16, 'pcm_s16be'],
      ['flac', 24, 'flac'],
      ['alac', 24, 'alac'],
    ] as const) {
      const output = path(format === 'alac' ? 'out.m4a' : `out.${format}`);
      const { media } = await convertFile(path('in.wav'), output, format, { bitDepth });
      assert.equal(media.codec, codec);
      assert.equal(media.bitDepth, bitDepth, format);
      assert.equal(await decodedMd5(output), await decodedMd5(path('in.wav')), format);
    }
  });

  it('make flac smaller by compression, with the same samples', async () => {
    await makeSound(path('in.wav'), NOISE);
    const sizes: number[] = [];
    for (const compressionLevel of [0, 12]) {
      await convertFile(path('in.wav'), path('out.flac'), 'flac', { compressionLevel });
      sizes.push((await stat(path('out.flac'))).size);
      assert.equal(await decodedMd5(path('out.flac')), await decodedMd5(path('in.wav')));
    }
    assert.ok((sizes[1] ?? 0) < (sizes[0] ?? 0));
  });

  cutsToTheSample(path, 'wav');
  cutsToTheSample(path, 'mp3');

  it('fail where nothing would be left', async () => {
    await makeTone(path('in.wav'), 1);
    const cut = convertFile(path('in.wav'), path('out.wav'), 'wav', { start: 5 });
    await assert.rejects(cut, { code: 'nothing_left' });
  });

  it('change the level by decibels', async () => {
    await makeTone(path('in.wav'), 1);
    const before = amplitude(await decodedSamples(path('in.wav')), 440, 48_000);
    for (const gain of [-6, 6, 12]) {
      await convertFile(path('in.wav'), path('out.wav'), 'wav', { gain });
      const after = amplitude(await decodedSamples(path('out.wav')), 440, 48_000);
      assert.ok(Math.abs(20 * Math.log10(after / before) - gain) < 0.01);
    }
  });

  for (const from of ['wav', 'mp3']) {
    it(`fade ${from} in and out, counted from what is left after trimming`, async () => {
      await makeSound(path(`in.${from}`), 'sine=frequency=1000:sample_rate=48000:duration=4');
      await convertFile(path(`in.${from}`), path('plain.wav'), 'wav', { start: 0.5, bitDepth: 32 });
      await convertFile(path(`in.${from}`), path('out.wav'), 'wav', {
        start: 0.5,
        fadeIn: 1,
        fadeOut: 0.5,
        bitDepth: 32,
      });
      const [plain, faded] = [await decodedSamples(path('plain.wav')), await decodedSamples(path('out.wav'))];
      assert.equal(faded.length, plain.length);
      const level = (at: number) => {
        const window = (samples: Float64Array) =>
          peak(samples.slice(Math.round(at) - 48, Math.round(at) + 48));
        return window(faded) / window(plain);
      };
      const { length } = plain;
      for (const [at, expected] of [
        [12_000, 0.25],
        [36_000, 0.75],
        [60_000, 1],
        [length - 12_000, 0.5],
        [length - 2400, 0.1],
      ] as const) {
        assert.ok(Math.abs(level(at) - expected) < 0.01, `${level(at)} instead of ${expected} at ${at}`);
      }
    });
  }

  describe('that a codec cannot do', () => {
    const adapted = async (format: string, source: string, options: object = {}) => {
      await makeSound(path('in.wav'), source);
      const { adaptations, media } = await convertFile(
        path('in.wav'),
        path(`out.${format}`),
        format,
        options,
      );
      return { media, adaptations: adaptations.map(({ property, from, to }) => ({ property, from, to })) };
    };
    const tone = (rate: number) => `sine=frequency=440:sample_rate=${rate}:duration=1`;

    it('become the next possible value, and the result says so', async () => {
      const opus = await adapted('opus', tone(44_100));
      assert.deepEqual(opus.adaptations, [{ property: 'sampleRate', from: 44_100, to: 48_000 }]);
      const mp3 = await adapted('mp3', tone(96_000));
      assert.deepEqual(mp3.adaptations, [{ property: 'sampleRate', from: 96_000, to: 48_000 }]);
      assert.equal(mp3.media.sampleRate, 48_000);
      const surround = await adapted('mp3', 'aevalsrc=0|0|0|0|0|0:s=44100:d=1:c=5.1');
      assert.deepEqual(surround.adaptations, [
        { property: 'channels', from: 6, to: 2 },
        { property: 'lowFrequencyChannel', from: 'kept', to: 'left out' },
      ]);
      assert.equal(surround.media.channels, 2);
      const bitrate = await adapted('mp3', tone(22_050), { bitrate: 320_000 });
      assert.deepEqual(bitrate.adaptations, [{ property: 'bitrate', from: 320_000, to: 160_000 }]);
      const rate = await adapted('mp3', tone(44_100), { sampleRate: 30_000 });
      assert.deepEqual(rate.adaptations, [{ property: 'sampleRate', from: 30_000, to: 32_000 }]);
    });

    it('cause no message where nothing was lost or asked for', async () => {
      for (const format of ['mp3', 'ogg', 'm4a', 'flac', 'wma', 'mp2', 'ac3']) {
        assert.deepEqual((await adapted(format, tone(44_100))).adaptations, [], format);
      }
    });
  });

  describe('by preset', () => {
    it('make speech mono, small, and at 24 kHz', async () => {
      await makeSound(path('in.wav'), NOISE, '-ac', '2');
      const { media, adaptations } = await convertFile(path('in.wav'), path('out.mp3'), 'mp3', {
        preset: 'speech',
      });
      assert.deepEqual([media.channels, media.sampleRate, media.bitrate], [1, 24_000, 48_000]);
      assert.deepEqual(adaptations, []);
    });

    it('make podcasts -16 LUFS, and leave mono mono', async () => {
      await makeSound(path('in.wav'), NOISE, '-ac', '1');
      const { media } = await convertFile(path('in.wav'), path('out.m4a'), 'm4a', { preset: 'podcast' });
      assert.equal(media.channels, 1);
      assert.ok(Math.abs((await measuredLoudness(path('out.m4a'))).integrated + 16) <= 0.5);
    });

    it('change no bit in an archive', async () => {
      await makeSound(path('in.wav'), NOISE, '-c:a', 'pcm_s24le');
      await convertFile(path('in.wav'), path('out.flac'), 'flac', { preset: 'archive' });
      assert.equal(await decodedMd5(path('out.flac')), await decodedMd5(path('in.wav')));
    });

    it('give way to options that are set as well', async () => {
      await makeTone(path('in.wav'), 1, '-ac', '2');
      const { media } = await convertFile(path('in.wav'), path('out.mp3'), 'mp3', {
        preset: 'speech',
        channels: 2,
        bitrate: 128_000,
      });
      assert.deepEqual([media.channels, media.bitrate], [2, 128_000]);
    });
  });

  describe('of each format', () => {
    const WRONG: readonly (readonly [string, object, string, RegExp])[] = [
      ['mp3', { bitrate: 1 }, 'options.bitrate', /8000 to 320000/],
      ['mp3', { bitDepth: 16 }, 'options', /mp3 takes preset, sampleRate/],
      ['flac', { bitrate: 128_000 }, 'options', /flac takes .*compressionLevel/],
      ['flac', { bitDepth: 32 }, 'options.bitDepth', /16, 24/],
      ['flac', { compressionLevel: 13 }, 'options.compressionLevel', /0 to 12/],
      ['wav', { sampleRate: 1e6 }, 'options.sampleRate', /8000 to 384000 Hz/],
      ['wav', { channels: 9 }, 'options.channels', /1 to 8/],
      ['wav', { gain: 'loud' }, 'options.gain', /-60 to 60 dB/],
      ['mp3', { bitrate: 128_000, quality: 5 }, 'options.quality', /not both/],
      ['mp3', { gain: 1, loudness: { target: -16 } }, 'options.gain', /not both/],
      ['mp3', { start: 2, end: 1 }, 'options.end', /more than start/],
      [
        'mp3',
        { preset: 'best' },
        'options.preset',
        /speech, telephony, podcast, music-high, music-small, archive/,
      ],
      ['mp3', { coverArt: 'maybe' }, 'options.coverArt', /keep, strip/],
      ['mp3', { metadata: { 'a=b': 'x' } }, 'options.metadata', /title, albumArtist/],
      ['mp3', { loudness: { target: 0 } }, 'options.loudness.target', /-50 to -5 LUFS/],
    ];
    for (const [format, options, field, allowed] of WRONG) {
      it(`are refused where they are wrong, with what is allowed: ${format} ${JSON.stringify(options)}`, () => {
        assert.throws(
          () => parseOptions(opened(format), options),
          (error) => {
            assert.ok(
              error instanceof Error && 'code' in error && 'details' in error && Array.isArray(error.details),
            );
            assert.equal(error.code, 'invalid_request');
            assert.match(error.message, allowed);
            assert.equal(error.details[0].path, field);
            return true;
          },
        );
      });
    }

    it('are described as JSON Schema, with every name that a format takes', () => {
      for (const format of FORMATS) {
        const { properties, additionalProperties } = describeOptions(format);
        assert.equal(additionalProperties, false);
        assert.ok(typeof properties === 'object' && properties !== null && 'preset' in properties);
        assert.equal('bitrate' in properties, format.codec.bitrates !== null, format.name);
        assert.equal('bitDepth' in properties, format.codec.bitrates === null, format.name);
      }
    });
  });
});

function closeTo(heard: readonly number[] | undefined, expected: readonly number[]): void {
  expected.forEach((part, index) => {
    assert.ok(Math.abs((heard?.[index] ?? Number.NaN) - part) < 0.01, `${heard} instead of ${expected}`);
  });
}
