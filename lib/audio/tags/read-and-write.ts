import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, readSync } from 'node:fs';
import type { FileTags, HashedPicture } from '../media/file-tags.ts';
import { PICTURE_TYPES } from '../media/picture.ts';
import type { Tags } from '../media/tag-names.ts';
import { readAsfTexts, withAsfTexts } from './asf-attributes.ts';
import { fileTags, infoOf, NARROWED, picturesOf } from './file-tags.ts';
import { lowerGainNames } from './gain-names.ts';
import { numberPatch } from './number-patch.ts';
import { pictureKind } from './picture-kind.ts';
import { type Id3Frame, readId3Frames, readTagLib, type TagLibMap, writeTagLib } from './taglib.ts';
import { tagLibMap } from './taglib-names.ts';
import type { FileLimits } from './wasi-file.ts';

/** Tags of a result. */
export interface WantedTags {
  tags: Tags;
  /** Pictures to copy in this order, with the file that has them; null: none. */
  pictures: { from: string; wanted: readonly HashedPicture[] } | null;
  /** Path of a picture that becomes the front cover, before all others; undefined: none. */
  cover?: string | undefined;
  /** Further values by TagLib's names: `chapters`, `bextData`, `ixml`, `ratings`, ... */
  others: TagLibMap;
}

/** A read looks at tags only; a write may move the whole file. Both hold all pictures several times in memory. */
const READING: FileLimits = { read: 512 * 1024 ** 2, memory: 512 * 1024 ** 2 };
const WRITING: FileLimits = { read: Number.POSITIVE_INFINITY, memory: 512 * 1024 ** 2 };

/** Reads everything that the library finds in a file; null if it does not know the kind of the file. */
export function readFileTags(path: string): FileTags | null {
  let id3: number | undefined;
  const seen = (block: Buffer, at: number) => {
    if (isId3(block)) id3 ??= at;
  };
  const map = readTagLib({ path, limits: READING, seen });
  if (!map) return null;
  if (map.containerFormat === 'ASF') return fileTags(withAsfTexts(map, readAsfTexts(path)));
  const frames = id3 === undefined ? [] : readId3Frames({ path, limits: READING, from: id3 });
  return fileTags(withNumbers(map, numbersOf(frames)));
}

/** The front cover of a file, or its first picture; null if there is none. */
export function readPicture(path: string): Uint8Array | null {
  const pictures = picturesOf(readTagLib({ path, limits: READING }) ?? {});
  const front = pictures.find(({ type }) => PICTURE_TYPES[type] === 'frontCover') ?? pictures[0];
  return front ? new Uint8Array(front.data) : null;
}

/** Replaces the tags of a file in place, and reads them again. Throws if the library cannot write this kind of file. */
export function writeFileTags(path: string, wanted: WantedTags): FileTags | null {
  const { tags, pictures, cover, others } = wanted;
  const before = readTagLib({ path, limits: READING });
  if (!before) return null;
  const container = String(before.containerFormat);
  const { values, patch } = numberPatch(container, tags);
  const all = {
    ...others,
    ...tagLibMap(values),
    ...patch.frames,
    pictures: [...sent(cover), ...copied(pictures)],
  };
  const change = (block: Buffer) => {
    patch.change(block);
    lowerGainNames(block);
  };
  writeTagLib({ path, limits: WRITING, change }, all);
  if (container === 'MP3') removeId3v1(path);
  return readFileTags(path);
}

/** Bytes of an ID3v1 tag at the end of a file, with the letters TAG at its beginning. */
const ID3V1 = 128;

/** TagLib adds an ID3v1 tag, which holds 30 characters of a title; some readers prefer it to the whole text. */
function removeId3v1(path: string): void {
  const file = openSync(path, 'r+');
  try {
    const start = fstatSync(file).size - ID3V1;
    const name = Buffer.alloc(3);
    const found = start > 0 && readSync(file, name, 0, name.length, start) === name.length;
    if (found && name.toString('latin1') === 'TAG') ftruncateSync(file, start);
  } finally {
    closeSync(file);
  }
}

function sent(path: string | undefined): object[] {
  if (path === undefined) return [];
  const data = readFileSync(path);
  const type = PICTURE_TYPES.indexOf('frontCover');
  return [{ mimeType: pictureKind(data).mimeType ?? 'image/jpeg', data, type, description: '' }];
}

/** The wanted pictures with their bytes, as TagLib takes them. */
function copied(pictures: WantedTags['pictures']): object[] {
  if (!pictures) return [];
  const all = picturesOf(readTagLib({ path: pictures.from, limits: READING }) ?? {});
  const found = all.map((picture) => ({ picture, info: infoOf(picture) }));
  return pictures.wanted.flatMap(({ type, sha256 }) => {
    const same = found.find(({ info }) => info.sha256 === sha256 && info.type === type);
    if (!same) return [];
    const { picture, info } = same;
    return [
      { ...picture, mimeType: info.mimeType ?? picture.mimeType, description: picture.description ?? '' },
    ];
  });
}

/** The beginning of an ID3v2 tag: its name and its version (id3.org, ID3v2.4.0 structure, 3.1). */
function isId3(block: Buffer): boolean {
  return block.length >= 4 && block.toString('latin1', 0, 3) === 'ID3' && (block[3] ?? 0) <= 4;
}

/** Numbers that the frames give as texts replace those that the library cut to integers. */
function withNumbers(map: TagLibMap, numbers: TagLibMap): TagLibMap {
  const entries = Object.entries(map).filter(([name]) => !((NARROWED.get(name) ?? name) in numbers));
  return { ...Object.fromEntries(entries), ...numbers };
}

/** Frames of which TagLib's map has only the integer, by its names there. */
const NUMBER_FRAMES: ReadonlyMap<string, string> = new Map([
  ['TRCK', 'trackNumber'],
  ['TPOS', 'discNumber'],
  ['TBPM', 'bpm'],
]);

/** The whole texts of numbers, such as `3/12`; the library encodes them as Latin-1, or as UTF-8 in version 2.4. */
function numbersOf(frames: readonly Id3Frame[]): TagLibMap {
  const texts = frames.flatMap(({ id, data }): [string, string][] => {
    const name = NUMBER_FRAMES.get(id);
    const text = Buffer.from(data.subarray(1)).toString('latin1');
    return name !== undefined && /^[\x20-\x7e]+$/.test(text) ? [[name, text]] : [];
  });
  return Object.fromEntries(texts);
}
