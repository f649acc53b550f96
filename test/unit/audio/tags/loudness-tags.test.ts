import assert from 'node:assert/strict';
import { effectiveOptions } from '../../../../lib/audio/formats/effective-options.ts';
import { parseOptions } from '../../../../lib/audio/formats/options.ts';
import type { Tags } from '../../../../lib/audio/media/tag-names.ts';
import { loudnessTags } from '../../../../lib/audio/tags/loudness-tags.ts';
import { formatCalled } from '../../../support/engine.ts';

const CHAIN = {
  ...{ trim: { start: 0, end: null }, mix: null, sampleRate: 48_000, resample: false },
  ...{ fadeIn: 0, fadeOut: 0, output: null, drops: false, least: 0, floating: false },
};

function made(name: string, tags: Tags, options: object = {}) {
  const format = formatCalled(name);
  const { options: effective } = effectiveOptions(format, parseOptions(format, options));
  return loudnessTags({ format, options: effective, chain: CHAIN }, tags);
}

const REPLAYGAIN = {
  title: ['a'],
  replaygainTrackGain: ['-7.03 dB'],
  replaygainAlbumGain: ['+2.00 dB'],
  replaygainTrackPeak: ['0.98'],
};

describe('Tags with the loudness', () => {
  it('become those of Opus, 5 dB lower in Q7.8 (RFC 7845), and tell that the peak has no place', () => {
    const { tags, adaptations } = made('opus', REPLAYGAIN);
    assert.deepEqual(tags, { title: ['a'], R128_TRACK_GAIN: ['-3080'], R128_ALBUM_GAIN: ['-768'] });
    assert.deepEqual(
      adaptations.map(({ property, from }) => [property, from]),
      [['loudnessTags', 'replaygainTrackPeak']],
    );
  });

  it('of Opus become ReplayGain elsewhere, and stay in Opus', () => {
    const opus = { R128_TRACK_GAIN: ['-3080'], r128_album_gain: ['-768'] };
    assert.deepEqual(made('mp3', opus), {
      tags: { replaygainTrackGain: ['-7.03 dB'], replaygainAlbumGain: ['2.00 dB'] },
      adaptations: [],
    });
    assert.deepEqual(made('opus', opus).tags, { R128_TRACK_GAIN: ['-3080'], R128_ALBUM_GAIN: ['-768'] });
  });

  it('prefer the form of the result where a file has both', () => {
    const both = { ...REPLAYGAIN, R128_TRACK_GAIN: ['256'] };
    assert.deepEqual(made('opus', both).tags.R128_TRACK_GAIN, ['256']);
    const { tags } = made('flac', both);
    assert.deepEqual([tags.replaygainTrackGain, tags.R128_TRACK_GAIN], [['-7.03 dB'], undefined]);
  });

  for (const [reference, units] of [
    ['-23.00 LUFS', '-1800'],
    ['89.0 dB', '-3080'],
    ['83.0 dB', '-1544'],
    ['loud', '-3080'],
  ] as const) {
    it(`refer to ${reference} if the file says so`, () => {
      const { tags, adaptations } = made('opus', {
        replaygainTrackGain: ['-7.03 dB'],
        REPLAYGAIN_REFERENCE_LOUDNESS: [reference],
      });
      assert.deepEqual([tags, adaptations], [{ R128_TRACK_GAIN: [units] }, []]);
    });
  }

  it('are left out and told if the level changes, and stay if it does not', () => {
    for (const options of [{ gain: 3 }, { loudness: { target: -16 } }]) {
      for (const name of ['opus', 'mp3', 'flac']) {
        const { tags, adaptations } = made(name, { ...REPLAYGAIN, iTunNORM: [' 000'] }, options);
        assert.deepEqual([tags, adaptations[0]?.property], [{ title: ['a'] }, 'loudnessTags']);
      }
    }
    assert.deepEqual(made('flac', REPLAYGAIN), { tags: REPLAYGAIN, adaptations: [] });
    assert.deepEqual(made('mp3', REPLAYGAIN, { metadata: 'strip' }).adaptations, []);
  });

  it('that are no numbers are left out of Opus, and told', () => {
    const { tags, adaptations } = made('opus', {
      replaygainTrackGain: ['1e400 dB'],
      R128_ALBUM_GAIN: ['99999'],
    });
    assert.deepEqual([tags, adaptations.length], [{}, 1]);
    assert.deepEqual(made('flac', { R128_TRACK_GAIN: ['x'] }).tags, {});
  });

  it('are left out where they are measured again or unwanted; gains of an album that no one measures are told', () => {
    const dropped = made('flac', REPLAYGAIN, { replayGain: 'drop' });
    assert.deepEqual(dropped, { tags: { title: ['a'] }, adaptations: [] });
    const measured = made('flac', REPLAYGAIN, { replayGain: 'track' });
    assert.deepEqual(measured.tags, { title: ['a'] });
    assert.deepEqual(
      measured.adaptations.map(({ from, code }) => [from, code]),
      [['replaygainAlbumGain', 'outdated']],
    );
  });
});
