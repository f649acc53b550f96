import type { Tags } from '../media/tag-names.ts';
import type { TagLibMap } from './taglib.ts';

/** TagLib's properties ("Property mapping" in its documentation) with another spelling than the standard name in capitals. */
const PROPERTIES: ReadonlyMap<string, string> = new Map([
  ['totalTracks', 'TRACKTOTAL'],
  ['totalDiscs', 'DISCTOTAL'],
  ['musicbrainzTrackId', 'MUSICBRAINZ_TRACKID'],
  ['musicbrainzReleaseTrackId', 'MUSICBRAINZ_RELEASETRACKID'],
  ['musicbrainzAlbumId', 'MUSICBRAINZ_ALBUMID'],
  ['musicbrainzArtistId', 'MUSICBRAINZ_ARTISTID'],
  ['musicbrainzAlbumArtistId', 'MUSICBRAINZ_ALBUMARTISTID'],
  ['musicbrainzReleaseGroupId', 'MUSICBRAINZ_RELEASEGROUPID'],
  ['musicbrainzWorkId', 'MUSICBRAINZ_WORKID'],
  ['acoustidId', 'ACOUSTID_ID'],
  ['acoustidFingerprint', 'ACOUSTID_FINGERPRINT'],
  ['replaygainTrackGain', 'REPLAYGAIN_TRACK_GAIN'],
  ['replaygainTrackPeak', 'REPLAYGAIN_TRACK_PEAK'],
  ['replaygainAlbumGain', 'REPLAYGAIN_ALBUM_GAIN'],
  ['replaygainAlbumPeak', 'REPLAYGAIN_ALBUM_PEAK'],
]);

/** Tags under TagLib's names; its properties have no small letters, and its lists no empty text. */
export function tagLibMap(tags: Tags): TagLibMap {
  const named = Object.entries(tags).map(([name, values]) => [propertyOf(name), [...values]]);
  return Object.fromEntries(named);
}

export function propertyOf(name: string): string {
  return PROPERTIES.get(name) ?? name.toUpperCase();
}
