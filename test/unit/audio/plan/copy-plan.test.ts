import assert from 'node:assert/strict';
import { effectiveOptions } from '../../../../lib/audio/formats/effective-options.ts';
import { type Format, findFormat } from '../../../../lib/audio/formats/formats.ts';
import { parseOptions } from '../../../../lib/audio/formats/options.ts';
import { type Probed, readProbe } from '../../../../lib/audio/media/ffprobe-output.ts';
import { type CopyPlan, planCopy } from '../../../../lib/audio/plan/copy-plan.ts';
import { planConversion } from '../../../../lib/audio/plan/plan.ts';

const LOUDNESS = { loudness: { target: -16 } };

/** Options that concern the sound of an MP3 file of 48000 Hz and two channels. */
const TOUCHING = [
  { preset: 'music-high' },
  { bitrate: 192_000 },
  { quality: 5 },
  { sampleRate: 44_100 },
  { channels: 1 },
  { start: 0.5 },
  { end: 1 },
  LOUDNESS,
  { gain: -3 },
  { fadeIn: 0.2 },
  { fadeOut: 0.2 },
  { audio: 'encode' },
] as const;

/** Options that do not. */
const UNTOUCHING = [
  {},
  { audio: 'auto' },
  { audio: 'copy' },
  { sampleRate: 48_000, channels: 2 },
  { gain: 0, fadeIn: 0, fadeOut: 0, start: 0 },
  { metadata: 'strip', coverArt: 'strip', chapters: 'strip' },
  { whenLossy: 'refuse' },
] as const;

describe('The plan of a copy', () => {
  for (const options of UNTOUCHING) {
    it(`takes the packets of an MP3 file with ${JSON.stringify(options)}`, () => {
      const copy = planned('mp3', options, original('mp3'));
      assert.deepEqual(copy?.plan.encoder, { name: 'copy', codec: 'mp3', depth: null });
      assert.equal(copy.required, 'audio' in options && options.audio === 'copy');
    });
  }

  for (const options of TOUCHING) {
    it(`encodes an MP3 file with ${JSON.stringify(options)}`, () => {
      assert.equal(planned('mp3', options, original('mp3')), null);
    });
    if ('audio' in options || 'start' in options || 'end' in options) continue;
    it(`refuses the request for a copy with ${JSON.stringify(options)}, and names the option`, () => {
      const [name = ''] = Object.keys(options);
      assert.throws(
        () => parseOptions(called('mp3'), { ...options, audio: 'copy' }),
        (error) => {
          assert.ok(error instanceof Error && 'code' in error && 'details' in error);
          assert.equal(error.code, 'invalid_request');
          assert.match(JSON.stringify(error.details), new RegExp(`"options.${name}"`));
          return true;
        },
      );
    });
  }

  for (const [format, codec, options, copies] of [
    ['mp3', 'aac', {}, false],
    ['m4a', 'aac', {}, true],
    ['mka', 'aac', {}, true],
    ['ogg', 'opus', {}, false],
    ['oga', 'opus', {}, true],
    ['ogg', 'opus', { audio: 'copy' }, true],
    ['wav', 'pcm_u8', {}, true],
    ['wav', 'pcm_mulaw', {}, false],
    ['wav', 'pcm_mulaw', { encoding: 'mulaw' }, true],
    ['wav', 'pcm_mulaw', { audio: 'copy' }, true],
    ['wav', 'pcm_s16le', { bitDepth: 16 }, true],
    ['wav', 'pcm_s32le', { bitDepth: 32 }, false],
    ['wav', 'pcm_s16le', { bitDepth: 24 }, false],
    ['wav', 'pcm_s16be', {}, false],
    ['mka', 'pcm_s16le', {}, false],
    ['mka', 'mp1', {}, false],
    ['flac', 'flac', { compressionLevel: 8 }, false],
  ] as const) {
    it(`${copies ? 'copies' : 'encodes'} ${codec} for ${format} with ${JSON.stringify(options)}`, () => {
      assert.equal(planned(format, options, original(codec)) !== null, copies);
    });
  }

  for (const [format, codec, options, code] of [
    ['mp3', 'aac', { audio: 'copy' }, 'cannot_copy'],
    ['flac', 'flac', { audio: 'copy', start: 1 }, 'cannot_copy'],
    ['ogg', 'mp3', { whenLossy: 'refuse' }, 'already_lossy'],
    ['mp3', 'mp3', { whenLossy: 'refuse', bitrate: 96_000 }, 'already_lossy'],
    ['mp3', 'mp3', { whenLossy: 'refuse', audio: 'encode' }, 'already_lossy'],
    ['ogg', 'mp3', { whenLossy: 'copy' }, 'already_lossy'],
    ['mp3', 'mp3', { whenLossy: 'copy', gain: 3 }, 'already_lossy'],
  ] as const) {
    it(`fails with ${code} for ${codec} to ${format} and ${JSON.stringify(options)}`, () => {
      assert.throws(() => planned(format, options, original(codec)), { code });
    });
  }

  it('keeps the packets of a lossy original with whenLossy: copy, and sets the bitrate aside', () => {
    assert.ok(planned('mp3', { whenLossy: 'copy', bitrate: 96_000 }, original('mp3')));
  });

  for (const whenLossy of ['copy', 'refuse'] as const) {
    it(`encodes for a lossless format, or a lossless original, with whenLossy: ${whenLossy}`, () => {
      assert.equal(planned('flac', { whenLossy }, original('mp3')), null);
      assert.equal(planned('mp3', { whenLossy }, original('flac')), null);
    });
  }

  it('cuts between packets if the task asks for a copy', () => {
    const copy = planned('mp3', { audio: 'copy', start: 0.5, end: 1 }, original('mp3'));
    assert.deepEqual(copy?.cut, { start: 0.5, end: 1 });
    assert.deepEqual(copy.plan.settings, ['-ss', '0.5', '-to', '1', '-write_xing', '0']);
  });
});

function called(name: string): Format {
  const format = findFormat(name);
  if (!format) throw new TypeError(`${name} is no format`);
  return format;
}

function planned(format: string, options: object, source: Probed): CopyPlan | null {
  const effective = effectiveOptions(called(format), parseOptions(called(format), options));
  return planCopy(planConversion(effective, source), effective, source);
}

function original(codec: string): Probed {
  const bits = Number(/^pcm_[suf](\d+)/.exec(codec)?.[1] ?? (codec === 'flac' ? 16 : 0));
  const sound = {
    index: 0,
    codec_type: 'audio',
    codec_name: codec,
    sample_rate: '48000',
    channels: 2,
    channel_layout: 'stereo',
    sample_fmt: bits === 0 ? 'fltp' : 's16',
    bits_per_sample: codec === 'pcm_mulaw' ? 8 : bits,
  };
  const file = {
    format: { format_name: codec === 'mp3' ? 'mp3' : 'matroska', duration: '2' },
    streams: [sound],
  };
  return readProbe(file, '', () => true);
}
