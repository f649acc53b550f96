import assert from 'node:assert/strict';
import { STANDARD_NAMES, standardName } from '../../../../lib/audio/media/tag-names.ts';

describe('Names of tags', () => {
  it('are standard in each usual spelling', () => {
    const spellings = {
      albumArtist: ['ALBUMARTIST', 'album_artist', 'Album Artist', 'albumArtist'],
      musicbrainzTrackId: ['MUSICBRAINZ_TRACKID', 'MusicBrainz Track Id'],
      totalTracks: ['tracktotal', 'TOTALTRACKS', 'TrackTotal'],
      date: ['YEAR', 'date'],
      replaygainTrackGain: ['REPLAYGAIN_TRACK_GAIN', 'replaygain_track_gain'],
      label: ['PUBLISHER', 'organization', 'LABEL'],
    };
    for (const [standard, names] of Object.entries(spellings)) {
      for (const name of names) assert.equal(standardName(name), standard, name);
    }
    for (const name of STANDARD_NAMES) assert.equal(standardName(name), name);
  });

  it('are no standard name where a file made them up, or where an object has them', () => {
    for (const name of ['', 'my tag', '__proto__', 'constructor', 'toString', 'titles']) {
      assert.equal(standardName(name), undefined, name);
    }
  });
});
