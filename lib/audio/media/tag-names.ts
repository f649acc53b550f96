import { isChapterComment } from './chapters.ts';

/** Tags by name, each with one value or several: standard names in camel case, other names as in the file. */
export type Tags = Readonly<Record<string, readonly string[]>>;

/** Standard names in camel case: TagLib's property names (its documentation, "Property mapping"). */
export const STANDARD_NAMES = [
  'title',
  'subtitle',
  'artist',
  'artists',
  'album',
  'albumArtist',
  'albumArtists',
  'trackNumber',
  'totalTracks',
  'discNumber',
  'totalDiscs',
  'discSubtitle',
  'date',
  'originalDate',
  'releaseDate',
  'genre',
  'comment',
  'lyrics',
  'composer',
  'lyricist',
  'conductor',
  'arranger',
  'remixer',
  'producer',
  'engineer',
  'mixer',
  'djMixer',
  'performer',
  'originalArtist',
  'originalAlbum',
  'copyright',
  'license',
  'label',
  'catalogNumber',
  'barcode',
  'isrc',
  'asin',
  'bpm',
  'initialKey',
  'mood',
  'media',
  'language',
  'script',
  'grouping',
  'work',
  'movementName',
  'movementNumber',
  'movementCount',
  'compilation',
  'encodedBy',
  'titleSort',
  'artistSort',
  'albumSort',
  'albumArtistSort',
  'composerSort',
  'releaseCountry',
  'releaseStatus',
  'releaseType',
  'podcastId',
  'podcastUrl',
  'musicbrainzTrackId',
  'musicbrainzReleaseTrackId',
  'musicbrainzAlbumId',
  'musicbrainzArtistId',
  'musicbrainzAlbumArtistId',
  'musicbrainzReleaseGroupId',
  'musicbrainzWorkId',
  'acoustidId',
  'acoustidFingerprint',
  'replaygainTrackGain',
  'replaygainTrackPeak',
  'replaygainAlbumGain',
  'replaygainAlbumPeak',
] as const;

export type StandardName = (typeof STANDARD_NAMES)[number];

/** Other spellings in files and requests, without spaces and punctuation: ffmpeg's names, and those of widespread taggers. */
const OTHER_SPELLINGS: Readonly<Record<string, StandardName>> = {
  track: 'trackNumber',
  tracknum: 'trackNumber',
  tracktotal: 'totalTracks',
  tracks: 'totalTracks',
  trackc: 'totalTracks',
  disc: 'discNumber',
  disk: 'discNumber',
  disknumber: 'discNumber',
  disctotal: 'totalDiscs',
  discc: 'totalDiscs',
  disktotal: 'totalDiscs',
  totaldisks: 'totalDiscs',
  year: 'date',
  originalyear: 'originalDate',
  unsyncedlyrics: 'lyrics',
  publisher: 'label',
  organization: 'label',
  remixedby: 'remixer',
  mixartist: 'remixer',
  key: 'initialKey',
  tbpm: 'bpm',
  tempo: 'bpm',
  uslt: 'lyrics',
  tcmp: 'compilation',
  sorttitle: 'titleSort',
  sortname: 'titleSort',
  sortartist: 'artistSort',
  sortalbum: 'albumSort',
  sortalbumartist: 'albumArtistSort',
  sortcomposer: 'composerSort',
  musicbrainzreleaseid: 'musicbrainzAlbumId',
  musicbrainzrecordingid: 'musicbrainzTrackId',
  musicbrainzreleaseartistid: 'musicbrainzAlbumArtistId',
  musicbrainzalbumstatus: 'releaseStatus',
  musicbrainzalbumtype: 'releaseType',
  musicbrainzalbumreleasecountry: 'releaseCountry',
};

const BY_SPELLING: ReadonlyMap<string, StandardName> = new Map([
  ...Object.entries(OTHER_SPELLINGS),
  ...STANDARD_NAMES.map((name): [string, StandardName] => [name.toLowerCase(), name]),
]);

/** Finds the standard name for a name in any usual spelling: `ALBUMARTIST`, `album_artist` and `Album Artist` are one. */
export function standardName(name: string): StandardName | undefined {
  return BY_SPELLING.get(name.toLowerCase().replace(/[ _.-]/g, ''));
}

/** Tags in which a muxer describes the container; results never inherit them. */
const TECHNICAL: ReadonlySet<string> = new Set([
  'bps',
  'encoding',
  'encodersettings',
  'encodingtime',
  'length',
  'number_of_bytes',
  'number_of_frames',
  'compatible_brands',
  'duration',
  'encoder',
  'handler_name',
  'major_brand',
  'minor_version',
  'vendor_id',
]);

/** Whether a tag, in any case, describes the container and not the audio, or is a chapter. */
export function isTechnical(name: string): boolean {
  return TECHNICAL.has(name.toLowerCase()) || isChapterComment(name);
}
