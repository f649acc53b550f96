import { createHash } from 'node:crypto';
import type { FileTags, HashedPicture } from '../media/file-tags.ts';
import { PICTURE_TYPES } from '../media/picture.ts';
import { isTechnical, standardName, type Tags } from '../media/tag-names.ts';
import { pictureKind } from './picture-kind.ts';
import type { TagLibMap } from './taglib.ts';

/** A picture with its bytes, as TagLib reads and takes it. */
export interface TagLibPicture {
  mimeType: string;
  data: Uint8Array;
  /** Number of `PICTURE_TYPES`. */
  type: number;
  description: string;
}

/** Names in TagLib's map that are no tags: properties of the sound, and values with a structure of their own. */
const SOUND: ReadonlySet<string> = new Set([
  'bitrate',
  'bitrateMode',
  'bitsPerSample',
  'channels',
  'codec',
  'containerFormat',
  'formatVersion',
  'isEncrypted',
  'isLossless',
  'length',
  'lengthMs',
  'mpegLayer',
  'mpegVersion',
  'outputGainDb',
  'sampleRate',
]);
const OTHERS: ReadonlySet<string> = new Set([
  'chapters',
  'bextData',
  'ixml',
  'ratings',
  'id3Tags',
  'pictures',
]);

/** Names of TagLib's map for numbers of which it keeps only the integer. */
export const NARROWED: ReadonlyMap<string, string> = new Map([
  ['track', 'trackNumber'],
  ['year', 'date'],
]);

/** Maximum characters of all tags, and number of names; real files have some thousands of characters. */
const MOST_CHARACTERS = 4_000_000;
const MOST_NAMES = 10_000;

/** Splits TagLib's map into tags, pictures and other values. Throws if there are more than a file can mean. */
export function fileTags(map: TagLibMap): FileTags {
  const entries = Object.entries(map).filter(([name]) => !SOUND.has(name));
  const texts = entries.filter(([name]) => !OTHERS.has(name)).flatMap(([, value]) => textsOf(value));
  const characters = texts.reduce((total, { length }) => total + length, 0);
  if (entries.length > MOST_NAMES || characters > MOST_CHARACTERS)
    throw new RangeError('the tags are too large');
  return {
    tags: tagsOf(
      withComment(
        map,
        entries.filter(([name]) => !OTHERS.has(name)),
      ),
    ),
    encoding: null,
    pictures: picturesOf(map).map(infoOf),
    others: Object.fromEntries(entries.filter(([name]) => OTHERS.has(name) && name !== 'pictures')),
  };
}

/** The pictures of TagLib's map with their bytes. */
export function picturesOf({ pictures, containerFormat }: TagLibMap): TagLibPicture[] {
  const all = Array.isArray(pictures) ? pictures.filter(isPicture) : [];
  const isFirstFront = containerFormat === 'MP4' || containerFormat === 'Matroska';
  return all.map((picture, index) =>
    isFirstFront && index === 0 && picture.type === 0 ? { ...picture, type: FRONT } : picture,
  );
}

/** Number of the front cover; a container without types shows its first picture as such. */
const FRONT = PICTURE_TYPES.indexOf('frontCover');

function isPicture(value: unknown): value is TagLibPicture {
  return (
    typeof value === 'object' &&
    value !== null &&
    'data' in value &&
    value.data instanceof Uint8Array &&
    'type' in value &&
    typeof value.type === 'number'
  );
}

export function infoOf({ data, type }: TagLibPicture): HashedPicture {
  const sha256 = createHash('sha256').update(data).digest('hex');
  return { type: PICTURE_TYPES[type] ?? 'other', ...pictureKind(data), bytes: data.length, sha256 };
}

function tagsOf(entries: readonly [string, unknown][]): Tags {
  const tags = new Map<string, readonly string[]>();
  for (const [raw, value] of entries) {
    const name = nameOf(raw);
    const values = textsOf(value);
    if (
      values.length === 0 ||
      isTechnical(name) ||
      isMuxer(name, values) ||
      (NARROWED.has(raw) && tags.has(name))
    )
      continue;
    tags.set(name, tags.has(name) && !NARROWED.has(raw) ? [...(tags.get(name) ?? []), ...values] : values);
  }
  return withTotals(Object.fromEntries(tags));
}

/**
 * Whether a tag is the name that ffmpeg's muxers give themselves. TagLib reads it in MP4 and Matroska as the person that
 * encoded the sound.
 */
function isMuxer(name: string, values: readonly string[]): boolean {
  return name === 'encodedBy' && values.every((value) => /^Lav[cf]\d/.test(value));
}

/** ffmpeg and some taggers write the comment of a Vorbis file as its description. */
function withComment(
  { containerFormat, comment, DESCRIPTION }: TagLibMap,
  entries: readonly [string, unknown][],
): [string, unknown][] {
  const isVorbis = containerFormat === 'FLAC' || containerFormat === 'OGG';
  if (!isVorbis || comment !== undefined || DESCRIPTION === undefined) return [...entries];
  return [...entries.filter(([name]) => name !== 'DESCRIPTION'), ['comment', DESCRIPTION]];
}

function nameOf(raw: string): string {
  return NARROWED.get(raw) ?? standardName(raw) ?? raw;
}

/** TagLib's map has texts, lists of texts or of lyrics, numbers and booleans. */
function textsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value === 'boolean') return [value ? '1' : '0'];
  if (typeof value === 'number') return value === 0 ? [] : [String(value)];
  if (typeof value === 'object' && value !== null && 'text' in value) return textsOf(value.text);
  return typeof value === 'string' && value !== '' ? [value] : [];
}

const NUMBERS = [
  { number: 'trackNumber', total: 'totalTracks' },
  { number: 'discNumber', total: 'totalDiscs' },
] as const;

/** Joins numbers with their totals: `3` and `12` become `3/12`. */
export function withTotals(tags: Tags): Tags {
  const all = { ...tags };
  for (const { number, total } of NUMBERS) {
    const [first = '0'] = all[number] ?? [];
    const [count] = all[total] ?? [];
    delete all[total];
    if (count !== undefined && Number(count) !== 0 && !first.includes('/'))
      all[number] = [`${first}/${count}`];
  }
  return all;
}

/** Separates numbers from their totals, for containers that store them so. */
export function withoutTotals(tags: Tags): Tags {
  const all = { ...tags };
  for (const { number, total } of NUMBERS) {
    const [first, count] = (all[number]?.[0] ?? '').split('/', 2);
    if (first === undefined || count === undefined) continue;
    delete all[number];
    if (!/^0*$/.test(first)) all[number] = [first];
    if (!/^0*$/.test(count)) all[total] = [count];
  }
  return all;
}
