import assert from 'node:assert/strict';
import type { Options } from '../../../../lib/audio/formats/options.ts';
import { wantedTags } from '../../../../lib/audio/tags/tag-changes.ts';

const ORIGINAL = {
  title: ['Old'],
  artist: ['Ann', 'Bob'],
  trackNumber: ['3/12'],
  'MY FIELD': ['x'],
  replaygainTrackGain: ['-6.5 dB'],
  R128_TRACK_GAIN: ['-100'],
};

describe('Tags of a result', () => {
  const wanted = (options: Options) => wantedTags({ options }, ORIGINAL);

  it('are those of the original, with all values', () => {
    assert.deepEqual(wanted({}), ORIGINAL);
    assert.deepEqual(wanted({ metadata: 'strip' }), {});
  });

  it('are set in any spelling, and removed by null, an empty text or an empty list', () => {
    const metadata = { TITLE: ['New', ''], album_artist: 'Various', artist: null, 'my field': '' };
    const { R128_TRACK_GAIN: _, replaygainTrackGain, ...rest } = wanted({ metadata });
    assert.deepEqual(replaygainTrackGain, ORIGINAL.replaygainTrackGain);
    assert.deepEqual(rest, { title: ['New'], albumArtist: ['Various'], trackNumber: ['3/12'] });
  });

  it('have a number and its total in one text, each of which can be set', () => {
    const number = (metadata: Options['metadata']) => wanted({ metadata }).trackNumber;
    assert.deepEqual(number({ trackNumber: '4' }), ['4/12']);
    assert.deepEqual(number({ totalTracks: '9' }), ['3/9']);
    assert.deepEqual(number({ track: '5/6' }), ['5/6']);
    assert.deepEqual(number({ totalTracks: null }), ['3']);
    assert.equal(number({ trackNumber: null, totalTracks: null }), undefined);
  });
});
