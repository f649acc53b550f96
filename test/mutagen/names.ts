import type { MutagenTags } from './read.ts';

/** Names of one tag in the containers: ID3v2.4, MP4, Vorbis comments and APE, ASF. */
interface Names {
  id3: string;
  mp4: string;
  /** In lower case. */
  text: readonly string[];
  asf: string;
}

/** Names by ID3v2.4 (id3.org), Apple's atoms, the Vorbis comment recommendations and Microsoft's list of attributes. */
const NAMES: Readonly<Record<string, Names>> = {
  title: { id3: 'TIT2', mp4: '©nam', text: ['title'], asf: 'Title' },
  artist: { id3: 'TPE1', mp4: '©ART', text: ['artist'], asf: 'Author' },
  album: { id3: 'TALB', mp4: '©alb', text: ['album'], asf: 'WM/AlbumTitle' },
  albumArtist: {
    id3: 'TPE2',
    mp4: 'aART',
    text: ['albumartist', 'album artist', 'album_artist'],
    asf: 'WM/AlbumArtist',
  },
  trackNumber: { id3: 'TRCK', mp4: 'trkn', text: ['tracknumber', 'track'], asf: 'WM/TrackNumber' },
  discNumber: { id3: 'TPOS', mp4: 'disk', text: ['discnumber', 'disc'], asf: 'WM/PartOfSet' },
  date: { id3: 'TDRC', mp4: '©day', text: ['date', 'year'], asf: 'WM/Year' },
  genre: { id3: 'TCON', mp4: '©gen', text: ['genre'], asf: 'WM/Genre' },
  composer: { id3: 'TCOM', mp4: '©wrt', text: ['composer'], asf: 'WM/Composer' },
  copyright: { id3: 'TCOP', mp4: 'cprt', text: ['copyright'], asf: 'Copyright' },
  isrc: { id3: 'TSRC', mp4: '----:com.apple.iTunes:ISRC', text: ['isrc'], asf: 'WM/ISRC' },
  label: {
    id3: 'TPUB',
    mp4: '----:com.apple.iTunes:LABEL',
    text: ['label', 'publisher'],
    asf: 'WM/Publisher',
  },
  artistSort: { id3: 'TSOP', mp4: 'soar', text: ['artistsort'], asf: 'WM/ArtistSortOrder' },
  compilation: { id3: 'TCMP', mp4: 'cpil', text: ['compilation'], asf: 'WM/IsCompilation' },
  lyrics: { id3: 'USLT', mp4: '©lyr', text: ['lyrics', 'unsyncedlyrics'], asf: 'WM/Lyrics' },
  comment: { id3: 'COMM', mp4: '©cmt', text: ['comment'], asf: 'Description' },
  musicbrainzTrackId: {
    id3: 'UFID:http://musicbrainz.org',
    mp4: '----:com.apple.iTunes:MusicBrainz Track Id',
    text: ['musicbrainz_trackid'],
    asf: 'MusicBrainz/Track Id',
  },
  conductor: {
    id3: 'TPE3',
    mp4: '----:com.apple.iTunes:CONDUCTOR',
    text: ['conductor'],
    asf: 'WM/Conductor',
  },
  barcode: {
    id3: 'TXXX:BARCODE',
    mp4: '----:com.apple.iTunes:BARCODE',
    text: ['barcode'],
    asf: 'WM/Barcode',
  },
};

/** The tags of a file by our names; those that no table knows by `custom:` and their name in lower case. */
export function canonicalTags({
  kind,
  tags,
}: Pick<MutagenTags, 'kind' | 'tags'>): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const [raw, values] of Object.entries(tags)) {
    const name = nameOf(kind, raw);
    if (name) found.set(name, [...(found.get(name) ?? []), ...values]);
  }
  return joinTotals(found);
}

function nameOf(kind: string, raw: string): string | undefined {
  const lower = raw.toLowerCase();
  const standard = Object.entries(NAMES).find(([, names]) => isNamed(names, kind, raw, lower));
  if (standard) return standard[0];
  const custom = lower.replace(/^(txxx:|----:com\.apple\.itunes:)/, '');
  if (/^chapter\d{3}(name)?$/.test(custom)) return undefined;
  return TECHNICAL.has(custom) ? undefined : `custom:${custom}`;
}

function isNamed({ id3, mp4, text, asf }: Names, kind: string, raw: string, lower: string): boolean {
  if (kind === 'MP4') return raw === mp4 || lower === mp4.toLowerCase();
  if (kind === 'ASF') return raw === asf;
  if (/^[A-Z0-9]{4}(:|$)/.test(raw) && !text.includes(lower))
    return raw === id3 || (id3.length === 4 && raw.startsWith(`${id3}:`));
  return text.includes(lower);
}

/** Tags with which an encoder or a muxer describes itself. */
const TECHNICAL: ReadonlySet<string> = new Set([
  'encoder',
  'tsse',
  '©too',
  'wm/encodingsettings',
  'encoded_by',
]);

/** Containers with a tag for the number and one for the total become `n/total` as in the others. */
function joinTotals(found: Map<string, readonly string[]>): Map<string, readonly string[]> {
  for (const [number, totals] of [
    ['trackNumber', ['custom:tracktotal', 'custom:totaltracks']],
    ['discNumber', ['custom:disctotal', 'custom:totaldiscs']],
  ] as const) {
    const total = totals.flatMap((name) => found.get(name) ?? [])[0];
    for (const name of totals) found.delete(name);
    const [value = ''] = found.get(number) ?? [];
    if (total !== undefined) found.set(number, [`${value.split('/')[0]}/${total}`]);
  }
  return found;
}
