import assert from 'node:assert/strict';
import { effectiveOptions } from '../../../../lib/audio/formats/effective-options.ts';
import { FORMATS } from '../../../../lib/audio/formats/formats.ts';
import { readProbe } from '../../../../lib/audio/media/ffprobe-output.ts';
import { planConversion } from '../../../../lib/audio/plan/plan.ts';

/** The rate of the result, and the properties that are adapted. */
function planned(name: string, rate: number): [number, boolean] {
  const format = FORMATS.find((one) => one.name === name);
  assert.ok(format);
  const stream = { index: 0, codec_type: 'audio', codec_name: 'pcm_s24le', sample_rate: rate, channels: 2 };
  const found = { format: { format_name: 'wav', duration: 1 }, streams: [stream] };
  const probed = readProbe(found, '', () => true);
  const { sampleRate, adaptations } = planConversion(effectiveOptions(format, {}), probed);
  return [sampleRate, adaptations.some(({ property }) => property === 'sampleRate')];
}

describe('The sample rate of a lossless result', () => {
  it('is one that the encoder takes, and is told if it differs', () => {
    assert.deepEqual(planned('flac', 192_000), [192_000, false]);
    assert.deepEqual(planned('flac', 65_535), [65_535, false]);
    assert.deepEqual(planned('flac', 88_201), [88_210, true]);
    assert.deepEqual(planned('flac', 655_350), [327_680, true]);
    assert.deepEqual(planned('flac', 705_600), [352_800, true]);
    assert.deepEqual(planned('flac', 768_000), [384_000, true]);
    assert.deepEqual(planned('flac', 1_411_200), [470_400, true]);
    assert.deepEqual(planned('alac', 705_600), [352_800, true]);
    assert.deepEqual(planned('wav', 1_411_200), [705_600, true]);
    assert.deepEqual(planned('ogg', 64_000), [48_000, true]);
  });
});
