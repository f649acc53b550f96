import { type FileHandle, open } from 'node:fs/promises';

/** Kinds of files that consist of chunks: RIFF and RF64 (EBU Tech 3306), Sony Wave64, AIFF and AIFF-C. */
export type ChunkForm = 'RIFF' | 'RF64' | 'W64' | 'AIFF';

/** A chunk of a file. */
export interface ChunkPlace {
  /** Four characters. */
  id: string;
  /** Position of its content, and the length of that, in bytes. */
  at: number;
  length: number;
}

export interface ChunkList {
  form: ChunkForm;
  chunks: ChunkPlace[];
}

/** Maximum number of chunks that are looked at; ordinary files have up to 30. */
const MOST = 500;

/** Lists the chunks of a file; undefined if it consists of none. Reads the heads only. */
export async function listChunks(file: FileHandle): Promise<ChunkList | undefined> {
  const { size } = await file.stat();
  const head = await bytesAt(file, 0, 40);
  const form = formOf(head);
  if (!form) return undefined;
  const chunks: ChunkPlace[] = [];
  let large = 0;
  for (let at = FIRST[form]; chunks.length < MOST; ) {
    const found = chunkAt(await bytesAt(file, at, 24), at, form);
    if (!found || found.at > size) break;
    if (form === 'RF64' && found.id === 'ds64') large = dataLength(await bytesAt(file, found.at, 16));
    if (form === 'RF64' && found.id === 'data' && found.length === UNKNOWN) found.length = large;
    found.length = Math.min(found.length, size - found.at);
    chunks.push(found);
    at = next(found, form);
  }
  return { form, chunks };
}

/** Reads contents of chunks of one file. */
export async function withChunks<T>(
  path: string,
  use: (list: ChunkList, read: (place: ChunkPlace) => Promise<Buffer>) => Promise<T>,
): Promise<T | undefined> {
  const file = await open(path);
  try {
    const list = await listChunks(file);
    return list && (await use(list, ({ at, length }) => bytesAt(file, at, length)));
  } finally {
    await file.close();
  }
}

/** Position of the first chunk. */
const FIRST: Readonly<Record<ChunkForm, number>> = { RIFF: 12, RF64: 12, AIFF: 12, W64: 40 };

/** Length of a chunk in RF64 whose real length stands in `ds64`; streams have it as well. */
const UNKNOWN = 0xffffffff;

/** Everything after the first four bytes of most GUIDs of Wave64. */
export const GUID = Buffer.from('f3acd3118cd100c04f8edb8a', 'hex');

function formOf(head: Buffer): ChunkForm | undefined {
  const [name, kind] = [head.toString('latin1', 0, 4), head.toString('latin1', 8, 12)];
  if ((name === 'RIFF' || name === 'RF64') && kind === 'WAVE') return name;
  if (name === 'FORM' && (kind === 'AIFF' || kind === 'AIFC')) return 'AIFF';
  return name === 'riff' && head.toString('latin1', 24, 28) === 'wave' ? 'W64' : undefined;
}

/** Identifiers are printable; anything else means that the file is damaged there, or has a hole. */
function chunkAt(head: Buffer, at: number, form: ChunkForm): ChunkPlace | undefined {
  const id = head.toString('latin1', 0, 4);
  if (head.length < 8 || !/^[\x20-\x7e]{4}$/.test(id)) return undefined;
  if (form !== 'W64') {
    return { id, at: at + 8, length: form === 'AIFF' ? head.readUInt32BE(4) : head.readUInt32LE(4) };
  }
  if (head.length < 24) return undefined;
  const length = Number(head.readBigUInt64LE(16)) - 24;
  const known = head.subarray(4, 16).equals(GUID);
  return length < 0 ? undefined : { id: known ? id : '????', at: at + 24, length };
}

/** Chunks begin at even bytes, in Wave64 at multiples of 8. */
function next({ at, length }: ChunkPlace, form: ChunkForm): number {
  const unit = form === 'W64' ? 8 : 2;
  return at + Math.ceil(length / unit) * unit;
}

function dataLength(large: Buffer): number {
  return large.length < 16 ? 0 : Number(large.readBigUInt64LE(8));
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
