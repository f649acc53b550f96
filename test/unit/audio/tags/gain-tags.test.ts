import assert from 'node:assert/strict';
import { lowerGainNames } from '../../../../lib/audio/tags/gain-names.ts';
import { gainTags } from '../../../../lib/audio/tags/gain-tags.ts';
import { formatCalled } from '../../../support/engine.ts';

const [TRACK, ALBUM] = [
  { integrated: -9.5, truePeak: 0 },
  { integrated: -12, truePeak: 6.02 },
];

describe('Gains for players', () => {
  it('refer to -18 LUFS, with the peak as a part of full scale', () => {
    assert.deepEqual(gainTags(formatCalled('flac'), TRACK, ALBUM), {
      replaygainTrackGain: ['-8.50 dB'],
      replaygainTrackPeak: ['1.000000'],
      replaygainAlbumGain: ['-6.00 dB'],
      replaygainAlbumPeak: ['1.999862'],
    });
  });

  it('refer to -23 LUFS in Opus, in 256ths of a decibel that fit 16 bits', () => {
    const opus = formatCalled('opus');
    assert.deepEqual(gainTags(opus, TRACK, ALBUM), {
      R128_TRACK_GAIN: ['-3456'],
      R128_ALBUM_GAIN: ['-2816'],
    });
    assert.deepEqual(gainTags(opus, { integrated: -69, truePeak: -60 }, null), {
      R128_TRACK_GAIN: ['11776'],
    });
    assert.deepEqual(gainTags(opus, { integrated: 150, truePeak: 0 }, null), { R128_TRACK_GAIN: ['-32768'] });
  });

  it('are left out where there is too little sound', () => {
    assert.deepEqual(gainTags(formatCalled('mp3'), null, null), {});
  });

  it('have names in small letters in frames of ID3 and boxes of MP4, and nowhere else', () => {
    const frame = (name: string) => `TXXX\0\0\0\x30\0\0\x03${name}\0-1.00 dB`;
    const box = (name: string) => `\0\0\0\x21name\0\0\0\0${name}\0\0\0\x18data`;
    const lyrics = `USLT\0\0\0\x30\0\0\x03eng${'REPLAYGAIN_TRACK_GAIN'}\0`;
    const block = Buffer.from(frame('REPLAYGAIN_TRACK_GAIN') + lyrics + box('REPLAYGAIN_ALBUM_PEAK'));
    lowerGainNames(block);
    assert.equal(block.toString(), frame('replaygain_track_gain') + lyrics + box('replaygain_album_peak'));
    const short = Buffer.from('REPLAYGAIN_');
    lowerGainNames(short);
    assert.equal(short.toString(), 'REPLAYGAIN_');
  });
});
