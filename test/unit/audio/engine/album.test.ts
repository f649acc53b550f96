import assert from 'node:assert/strict';
import {
  albumLevel,
  albumQuestion,
  deliveredLevel,
  type TrackBlocks,
} from '../../../../lib/audio/engine/album.ts';

/** A track with all of its blocks at one level in LUFS, and a peak 12 dB above them. */
const track = (level: number, channels = 2): TrackBlocks => ({
  counts: [[level * 100, 50]],
  truePeak: level + 12,
  channels,
});

const SCOPE = { target: -14, truePeak: -1, scope: 'album' } as const;
const EACH = { target: -14, truePeak: -1 } as const;

function near(found: number | undefined, wanted: number): void {
  assert.ok(found !== undefined && Math.abs(found - wanted) < 0.011, `${found}`);
}

describe('The level of an album', () => {
  it('is asked for by a scope or a gain, in as many ways as it can be measured', () => {
    assert.equal(albumQuestion({ loudness: EACH, replayGain: 'track' }), undefined);
    assert.equal(albumQuestion({}), undefined);
    const one = albumQuestion({ replayGain: 'album' });
    assert.equal(albumQuestion({ loudness: SCOPE }), one);
    assert.equal(albumQuestion({ loudness: { ...SCOPE, target: -23 }, replayGain: 'album' }), one);
    const ways = [
      one,
      albumQuestion({ loudness: { ...SCOPE, dualMono: 'yes' } }),
      albumQuestion({ loudness: EACH, replayGain: 'album' }),
      albumQuestion({ loudness: { ...EACH, target: -16 }, replayGain: 'album' }),
    ];
    assert.equal(new Set(ways).size, ways.length);
  });

  it('is that of all tracks as one sound, in which silence and one track change nothing', () => {
    near(albumLevel({ loudness: SCOPE }, [track(-20), track(-20)])?.integrated, -20);
    near(albumLevel({ loudness: SCOPE }, [track(-10), track(-40)])?.integrated, -10);
    const silence: TrackBlocks = { counts: [], truePeak: null, channels: 2 };
    assert.deepEqual(
      albumLevel({ loudness: SCOPE }, [track(-20), silence]),
      albumLevel({ loudness: SCOPE }, [track(-20)]),
    );
    assert.equal(albumLevel({ loudness: SCOPE }, [silence, silence]), null);
    assert.equal(albumLevel({ loudness: SCOPE }, []), null);
  });

  it('counts one channel as two where that is asked for, and leaves its peak', () => {
    const level = albumLevel({ loudness: { ...SCOPE, dualMono: 'yes' } }, [track(-20, 1)]);
    near(level?.integrated, -16.99);
    assert.equal(level?.truePeak, -8);
  });

  it('has the loudness of each track where that is changed by itself', () => {
    const options = { loudness: EACH, replayGain: 'album' } as const;
    const level = albumLevel(options, [track(-20), track(-40)]);
    near(level?.integrated, -14);
    assert.equal(level?.truePeak, -2);
    assert.deepEqual(deliveredLevel(options, level), level);
  });

  it('is delivered with the gain of its tracks, and no peak above the limiter', () => {
    const level = { integrated: -20, truePeak: -4 };
    assert.deepEqual(deliveredLevel({ loudness: SCOPE, replayGain: 'album' }, level), {
      integrated: -14,
      truePeak: -1,
    });
    assert.deepEqual(deliveredLevel({ gain: -3, replayGain: 'album' }, level), {
      integrated: -23,
      truePeak: -7,
    });
    assert.deepEqual(deliveredLevel({ replayGain: 'album' }, level), level);
    const tolerant = { ...SCOPE, tolerance: 7 };
    assert.deepEqual(deliveredLevel({ loudness: tolerant }, level), level);
    assert.equal(deliveredLevel({ loudness: SCOPE }, null), null);
  });
});
