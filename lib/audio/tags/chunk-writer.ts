import { type FileHandle, open } from 'node:fs/promises';
import { type ChunkForm, GUID, listChunks } from './chunk-list.ts';

/** A chunk with its content. */
export interface Chunk {
  /** Four characters. */
  id: string;
  bytes: Buffer;
}

/** Maximum size that the header of a RIFF or an AIFF file can hold. */
const MOST = 2 ** 32 - 1;

const RESERVED = 'bext';

/**
 * Adds chunks to a file and corrects the size in its header. If the file has a chunk `bext` of the same length, as ffmpeg
 * reserves it before the sound, the new one replaces it; others are appended. ffmpeg writes none of these chunks, and TagLib only two, with the
 * whole file.
 * @returns whether they fit; a RIFF file that would exceed 4 GiB stays unchanged
 */
export async function addChunks(path: string, chunks: readonly Chunk[]): Promise<boolean> {
  const file = await open(path, 'r+');
  try {
    const list = await listChunks(file);
    if (!list) throw new TypeError('the file has no chunks');
    const { form } = list;
    const reserved = list.chunks.find(({ id }) => id === RESERVED);
    const replaces = ({ id, bytes }: Chunk) => id === RESERVED && reserved?.length === bytes.length;
    const appended = chunks.filter((chunk) => !replaces(chunk));
    const { size } = await file.stat();
    const added = Buffer.concat([
      Buffer.alloc(padding(size, form)),
      ...appended.map((chunk) => encoded(chunk, form)),
    ]);
    if (form !== 'RF64' && form !== 'W64' && size + added.length - 8 > MOST) return false;
    const [first] = chunks.filter(replaces);
    if (first && reserved) await file.write(first.bytes, 0, first.bytes.length, reserved.at);
    await file.write(added, 0, added.length, size);
    await writeSize(file, form, size + added.length);
    return true;
  } finally {
    await file.close();
  }
}

function encoded({ id, bytes }: Chunk, form: ChunkForm): Buffer {
  if (form === 'W64') return encodedWave64(id, bytes);
  const size = Buffer.alloc(4);
  if (form === 'AIFF') size.writeUInt32BE(bytes.length);
  else size.writeUInt32LE(bytes.length);
  return Buffer.concat([Buffer.from(id, 'latin1'), size, bytes, Buffer.alloc(bytes.length % 2)]);
}

/** A GUID, the length with this head, and content up to a multiple of 8 bytes (Sony, "Wave64 file format"). */
function encodedWave64(id: string, bytes: Buffer): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(bytes.length + 24));
  return Buffer.concat([
    Buffer.from(id, 'latin1'),
    GUID,
    size,
    bytes,
    Buffer.alloc(padding(bytes.length, 'W64')),
  ]);
}

function padding(size: number, form: ChunkForm): number {
  return form === 'W64' ? (8 - (size % 8)) % 8 : size % 2;
}

/** RIFF and AIFF have the size of the rest at byte 4; RF64 in its next chunk, `ds64`; Wave64 has that of the whole file. */
async function writeSize(file: FileHandle, form: ChunkForm, total: number): Promise<void> {
  const bytes = Buffer.alloc(8);
  if (form === 'W64') bytes.writeBigUInt64LE(BigInt(total));
  else bytes.writeBigUInt64LE(BigInt(total - 8));
  if (form === 'W64') await file.write(bytes, 0, 8, 16);
  else if (form === 'RF64') await file.write(bytes, 0, 8, 20);
  else if (form === 'AIFF') await file.write(bytes.subarray(0, 4).reverse(), 0, 4, 4);
  else await file.write(bytes, 0, 4, 4);
}
