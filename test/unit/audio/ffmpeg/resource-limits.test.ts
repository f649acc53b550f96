import assert from 'node:assert/strict';
import { conversionLimits, longestSound } from '../../../../lib/audio/ffmpeg/resource-limits.ts';
import { readProbe } from '../../../../lib/audio/media/ffprobe-output.ts';
import { LIMITS } from '../../../support/engine.ts';

describe('The limit on CPU time', () => {
  const probed = (container: string, duration: string) =>
    readProbe(
      {
        format: { format_name: container, duration },
        streams: [{ index: 0, codec_type: 'audio', sample_rate: '48000', channels: 2, duration }],
      },
      '',
      () => true,
    );

  it('follows the declared length where the header counts all sound', () => {
    assert.equal(longestSound(probed('wav', '10'), 1e9), 10);
    assert.equal(longestSound(probed('mov', '10'), null), 10);
  });

  it('follows the size where several streams can be joined, of which the first may be short', () => {
    for (const container of ['ogg', 'mp3', 'flac', 'tta', 'wv']) {
      assert.equal(longestSound(probed(container, '1'), 4e6), 100_000);
      assert.equal(longestSound(probed(container, '10'), 100), 10);
      assert.equal(longestSound(probed(container, '1'), null), null);
    }
  });

  it('is that of the longest sound allowed where nothing is known', () => {
    assert.equal(longestSound(null, 1000), null);
    assert.equal(longestSound(probed('matroska', '1'), 1000), null);
    const limits = { ...LIMITS, durationSeconds: 100, conversionSeconds: 1000 };
    assert.equal(conversionLimits(limits, null).cpu, 320);
    assert.equal(conversionLimits(limits, 10).cpu, 140);
    assert.equal(conversionLimits(limits, 1e6).cpu, 2000);
  });
});
