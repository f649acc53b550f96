import { type FileHandle, open } from 'node:fs/promises';

/**
 * Whether a program needs no shared library but those of the C library, so that it starts without loading hundreds of them.
 * Reads 64-bit little-endian ELF, as Linux has it on x86-64 and ARM; null for scripts and for everything else.
 * Sources: elf(5); the gABI's chapter on dynamic linking. Throws errors of the file system.
 */
export async function isSelfContained(path: string): Promise<boolean | null> {
  const file = await open(path);
  try {
    const segments = await readSegments(file);
    if (!segments) return null;
    const dynamic = segments.find(({ type }) => type === DYNAMIC);
    if (!dynamic) return true;
    const names = await neededNames(file, segments, dynamic);
    return names?.every((name) => OF_C_LIBRARY.test(name)) ?? null;
  } finally {
    await file.close();
  }
}

/** How a program is linked: the path of its dynamic loader, undefined if it is static; null for scripts and for everything else. */
export async function linkingOf(path: string): Promise<{ loader: string | undefined } | null> {
  const file = await open(path);
  try {
    const segments = await readSegments(file);
    if (!segments || segments.length === 0) return null;
    const named = segments.find(({ type }) => type === LOADER);
    if (!named) return { loader: undefined };
    const text = await readAt(file, named.offset, Math.min(named.size, MOST_PATH));
    return { loader: nameAt(text, 0) };
  } finally {
    await file.close();
  }
}

/** glibc's and musl's parts, the loader, and the runtime of the compiler. */
const OF_C_LIBRARY =
  /^(?:lib(?:c|m|mvec|dl|rt|pthread|resolv|util|gcc_s|stdc\+\+|c\.musl-\w+)|ld-(?:linux|musl)[\w-]*)\.so(?:\.\d+)*$/;

interface Segment {
  type: number;
  offset: number;
  address: number;
  size: number;
}

const [LOAD, DYNAMIC, LOADER] = [1, 2, 3];

/** Bytes of a path (PATH_MAX of Linux). */
const MOST_PATH = 4096;
const HEADER = 64;
const SEGMENT = 56;

/** Bounds what is read of a file that only claims to be a program. */
const MOST_SEGMENTS = 64;
const MOST_DYNAMIC = 64 * 1024;

async function readSegments(file: FileHandle): Promise<Segment[] | undefined> {
  const header = await readAt(file, 0, HEADER);
  const isElf = header.length === HEADER && header.readUInt32BE(0) === 0x7f454c46;
  if (!isElf || header[4] !== 2 || header[5] !== 1) return undefined;
  const [start, size, count] = [whole(header, 32), header.readUInt16LE(54), header.readUInt16LE(56)];
  if (size !== SEGMENT || count > MOST_SEGMENTS) return undefined;
  const table = await readAt(file, start, size * count);
  return Array.from({ length: Math.floor(table.length / SEGMENT) }, (_, index) =>
    segment(table.subarray(index * SEGMENT)),
  );
}

function segment(entry: Buffer): Segment {
  return {
    type: entry.readUInt32LE(0),
    offset: whole(entry, 8),
    address: whole(entry, 16),
    size: whole(entry, 32),
  };
}

/** Names of the libraries in the dynamic section; undefined if it is broken. */
async function neededNames(
  file: FileHandle,
  segments: readonly Segment[],
  { offset, size }: Segment,
): Promise<string[] | undefined> {
  const entries = pairs(await readAt(file, offset, Math.min(size, MOST_DYNAMIC)));
  const address = entries.find(([tag]) => tag === STRING_TABLE)?.[1];
  const length = entries.find(([tag]) => tag === STRING_TABLE_SIZE)?.[1];
  const holder = segments.find(
    ({ type, address: from, size: bytes }) =>
      type === LOAD && address !== undefined && address >= from && address < from + bytes,
  );
  if (address === undefined || length === undefined || !holder) return undefined;
  const table = await readAt(file, holder.offset + address - holder.address, Math.min(length, MOST_NAMES));
  return entries.filter(([tag]) => tag === NEEDED).map(([, at]) => nameAt(table, at));
}

const [NEEDED, STRING_TABLE, STRING_TABLE_SIZE] = [1, 5, 10];

/** Bytes; Debian's ffmpeg has 5,000, and a program that exports all its functions has some million. */
const MOST_NAMES = 16 * 1024 * 1024;

function pairs(section: Buffer): [tag: number, value: number][] {
  return Array.from({ length: Math.floor(section.length / 16) }, (_, index) => [
    whole(section, index * 16),
    whole(section, index * 16 + 8),
  ]);
}

function nameAt(table: Buffer, at: number): string {
  return table.toString('latin1', at, Math.max(at, table.indexOf(0, at)));
}

/** Offsets of files are far below 2^53. */
function whole(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
