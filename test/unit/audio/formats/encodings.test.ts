import assert from 'node:assert/strict';
import { effectiveOptions } from '../../../../lib/audio/formats/effective-options.ts';
import { type Format, findFormat, possibleFormats } from '../../../../lib/audio/formats/formats.ts';
import { describeOptions, parseOptions } from '../../../../lib/audio/formats/options.ts';
import { type Probed, readProbe } from '../../../../lib/audio/media/ffprobe-output.ts';
import type { Depth } from '../../../../lib/audio/media/media-info.ts';
import { planConversion } from '../../../../lib/audio/plan/plan.ts';

const INTEGER: Depth = { bits: 24, float: false };
const FLOAT: Depth = { bits: 32, float: true };
const DOUBLE: Depth = { bits: 64, float: true };

describe('The option encoding', () => {
  for (const [format, options, depth, encoder, told] of [
    ['wav', {}, null, 'pcm_s16le', []],
    ['wav', {}, INTEGER, 'pcm_s24le', []],
    ['wav', {}, FLOAT, 'pcm_f32le', []],
    ['wav', {}, DOUBLE, 'pcm_f64le', []],
    ['wav', { bitDepth: 8 }, INTEGER, 'pcm_u8', []],
    ['aiff', { bitDepth: 8 }, INTEGER, 'pcm_s8', []],
    ['wav', { bitDepth: 32 }, INTEGER, 'pcm_f32le', []],
    ['wav', { bitDepth: 64 }, INTEGER, 'pcm_f64le', []],
    ['wav', { encoding: 'pcm' }, INTEGER, 'pcm_s24le', []],
    ['wav', { encoding: 'pcm', bitDepth: 32 }, INTEGER, 'pcm_s32le', []],
    ['wav', { encoding: 'pcm', bitDepth: 64 }, INTEGER, 'pcm_f64le', []],
    ['wav', { encoding: 'pcm' }, FLOAT, 'pcm_s32le', ['bitDepth']],
    ['wav', { encoding: 'float' }, INTEGER, 'pcm_f32le', []],
    ['wav', { encoding: 'float' }, { bits: 32, float: false }, 'pcm_f64le', []],
    ['au', { encoding: 'float', bitDepth: 64 }, INTEGER, 'pcm_f64be', []],
    ['au', { encoding: 'mulaw' }, INTEGER, 'pcm_mulaw', []],
    ['w64', { encoding: 'alaw' }, INTEGER, 'pcm_alaw', []],
    ['wav', { encoding: 'adpcm_ima' }, INTEGER, 'adpcm_ima_wav', []],
    ['wav', { encoding: 'adpcm_ms' }, INTEGER, 'adpcm_ms', []],
    ['wav', { preset: 'telephony' }, INTEGER, 'pcm_mulaw', []],
    ['wav', { preset: 'telephony', encoding: 'alaw' }, INTEGER, 'pcm_alaw', []],
    ['wav', { preset: 'telephony', encoding: 'pcm' }, INTEGER, 'pcm_s16le', []],
    ['wav', { preset: 'telephony', bitDepth: 16 }, INTEGER, 'pcm_s16le', []],
    ['flac', { preset: 'telephony' }, INTEGER, 'flac', []],
    ['flac', {}, DOUBLE, 'flac', ['bitDepth']],
    ['tta', {}, FLOAT, 'tta', ['bitDepth']],
    ['wv', {}, FLOAT, 'wavpack', []],
  ] as const) {
    const from = depth ? `${depth.bits}${depth.float ? ' float' : ''}` : 'lossy';
    it(`makes ${encoder} in ${format} of a ${from} original with ${JSON.stringify(options)}`, () => {
      const plan = planConversion(effectiveOptions(called(format), options), original(depth));
      assert.equal(plan.encoder.name, encoder);
      assert.deepEqual(
        plan.adaptations.map(({ property }) => property),
        told,
      );
    });
  }

  for (const [format, options, allowed] of [
    ['au', { encoding: 'adpcm_ms' }, /expected one of pcm, float, mulaw, alaw/],
    ['wav', { encoding: 'gsm' }, /expected one of pcm, float, mulaw, alaw, adpcm_ima, adpcm_ms/],
    ['flac', { encoding: 'pcm' }, /flac takes/],
    ['wav', { bitDepth: 12 }, /expected one of 8, 16, 24, 32, 64/],
    ['flac', { bitDepth: 8 }, /expected one of 16, 24/],
    ['wav', { encoding: 'float', bitDepth: 16 }, /expected 32 or 64 with the encoding float/],
    ['wav', { encoding: 'mulaw', bitDepth: 8 }, /expected no bitDepth with the encoding mulaw/],
  ] as const) {
    it(`is refused in ${format} with ${JSON.stringify(options)}`, () => {
      assert.throws(() => parseOptions(called(format), options), allowed);
    });
  }

  it('offers no encoding for which ffmpeg has no encoder', () => {
    const wav = called('wav');
    const names = wav.codec.encoders.map(({ name }) => name);
    const [few] = possibleFormats(new Set([...names, 'pcm_alaw']), new Set(['wav']));
    assert.ok(few);
    assert.deepEqual(Object.keys(few.encodings ?? {}), ['pcm', 'float', 'alaw']);
    assert.throws(() => parseOptions(few, { encoding: 'mulaw' }), /expected one of pcm, float, alaw/);
    assert.match(JSON.stringify(describeOptions(few)), /"enum":\["pcm","float","alaw"\]/);
  });
});

function called(name: string): Format {
  const format = findFormat(name);
  if (!format) throw new TypeError(`${name} is no format`);
  return format;
}

function original(depth: Depth | null): Probed {
  const kind = depth?.float ? (depth.bits === 64 ? 'dbl' : 'flt') : 's32';
  const sound = {
    index: 0,
    codec_type: 'audio',
    sample_rate: '48000',
    channels: 1,
    sample_fmt: kind,
    bits_per_sample: depth?.bits ?? 0,
  };
  return readProbe({ format: { format_name: 'wav', duration: '2' }, streams: [sound] }, '', () => true);
}
