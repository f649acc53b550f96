import { closeSync, openSync, readSync } from 'node:fs';
import { standardName } from '../media/tag-names.ts';
import type { TagLibMap } from './taglib.ts';

/** Texts of an ASF file by the names in it, each with all its values (Microsoft, Advanced Systems Format specification). */
export type AsfTexts = ReadonlyMap<string, readonly string[]>;

/** Maximum bytes of a header that is read; pictures are in it. */
const MOST_BYTES = 64 * 1024 ** 2;

/** Bytes of an object's head: a GUID and its size. */
const HEAD = 24;

/** Bytes before the first object of the extension: a GUID, a number and a size. */
const IN_EXTENSION = 22;

const OBJECTS = {
  header: '3026b2758e66cf11a6d900aa0062ce6c',
  extended: '40a4d0d207e3d21197f000a0c95ea850',
  extension: 'b503bf5f2ea9cf118ee300c00c205365',
  metadata: 'eacbf8c5af5b77488467aa8c44fa4cca',
  library: '941c23449894d149a1411d134e457054',
} as const;

/** Reads the attributes of a file, of which TagLib's interface gives one value each, or none; empty for other files. */
export function readAsfTexts(path: string): AsfTexts {
  const texts = new Map<string, string[]>();
  const header = headerOf(path);
  // The first object follows the number of objects and two reserved bytes.
  for (const [name, value] of attributes(header, HEAD + 6))
    texts.set(name, [...(texts.get(name) ?? []), value]);
  return texts;
}

/** TagLib's map of a file, completed by its attributes: further values, names of its own, and a mark that TagLib leaves out. */
export function withAsfTexts(map: TagLibMap, texts: AsfTexts): TagLibMap {
  const completed = new Map(Object.entries(map));
  for (const [name, values] of texts) {
    const known = FURTHER.get(name) ?? (GAIN.test(name) ? name.toUpperCase() : undefined);
    if (known !== undefined) completed.set(known, [map[known] ?? [], values].flat());
    else if (isCustom(name)) completed.set(name, values);
  }
  return Object.fromEntries(completed);
}

/** Names of attributes by those in TagLib's map, where that has the first value or none. */
const FURTHER: ReadonlyMap<string, string> = new Map([
  ['Author', 'artist'],
  ['Title', 'title'],
  ['Description', 'comment'],
  ['Copyright', 'copyright'],
  ['WM/IsCompilation', 'compilation'],
]);

/** Names of gains, of which TagLib's map has none. */
const GAIN = /^replaygain_(track|album)_(gain|peak)$/i;

/** Names with which the makers of ASF describe a file; those with a slash belong to a maker. */
const TECHNICAL = /^(wmfsdk|isvbr$|asfleaky|deviceconf|encodingtime|__proto__$)|\//i;

function isCustom(name: string): boolean {
  return name !== '' && standardName(name) === undefined && !TECHNICAL.test(name);
}

function headerOf(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(HEAD);
    if (readSync(file, head, 0, HEAD, 0) < HEAD || guid(head, 0) !== OBJECTS.header) return Buffer.alloc(0);
    const bytes = Buffer.alloc(Math.min(sizeAt(head, 16), MOST_BYTES));
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(file);
  }
}

/** The attributes of the extension come last, since writers put further values of a name there. */
function* attributes(bytes: Buffer, from: number): Generator<[string, string]> {
  const extensions: Buffer[] = [];
  for (let at = from; at + HEAD <= bytes.length; ) {
    const size = sizeAt(bytes, at + 16);
    if (size < HEAD) break;
    const content = bytes.subarray(at + HEAD, at + size);
    const kind = guid(bytes, at);
    if (kind === OBJECTS.extension) extensions.push(content);
    else if (kind === OBJECTS.extended) yield* extended(content);
    else if (kind === OBJECTS.metadata || kind === OBJECTS.library) yield* library(content);
    at += size;
  }
  for (const content of extensions) if (from !== IN_EXTENSION) yield* attributes(content, IN_EXTENSION);
}

/** Each attribute: length of its name, its name, its type, length of its value, its value. */
function* extended(bytes: Buffer): Generator<[string, string]> {
  for (let at = 2; at + 2 <= bytes.length; ) {
    const type = at + 2 + bytes.readUInt16LE(at);
    if (type + 4 > bytes.length) return;
    const value = type + 4;
    const end = value + bytes.readUInt16LE(type + 2);
    yield* textOf(bytes.subarray(at + 2, type), bytes.readUInt16LE(type), bytes.subarray(value, end));
    at = end;
  }
}

/** Each attribute: language, stream, length of its name, its type, length of its value, its name, its value. */
function* library(bytes: Buffer): Generator<[string, string]> {
  for (let at = 2; at + 12 <= bytes.length; ) {
    const value = at + 12 + bytes.readUInt16LE(at + 4);
    const end = value + bytes.readUInt32LE(at + 8);
    yield* textOf(bytes.subarray(at + 12, value), bytes.readUInt16LE(at + 6), bytes.subarray(value, end));
    at = end;
  }
}

/** Type 0 is a text, 2 a truth value, 3 and 5 integers. */
function* textOf(name: Buffer, type: number, value: Buffer): Generator<[string, string]> {
  const known = withoutEnd(name);
  if (type === 0) yield [known, withoutEnd(value)];
  else if ((type === 2 || type === 3 || type === 5) && value.length >= 2)
    yield [known, `${value.readUInt16LE()}`];
}

function withoutEnd(text: Buffer): string {
  return text
    .toString('utf16le')
    .replace(/(?<!\0)\0+$/, '')
    .toWellFormed();
}

function guid(bytes: Buffer, at: number): string {
  return bytes.toString('hex', at, at + 16);
}

function sizeAt(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}
