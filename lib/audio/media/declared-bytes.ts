import { type FileHandle, open } from 'node:fs/promises';
import { undefinedFor } from '../../runtime/errors.ts';

/** Maximum chunks before the sound; files have two to ten. */
const MOST_CHUNKS = 100;

/** Sizes from here on are placeholders of programs that write to a pipe. */
const PLACEHOLDER = 0x7ffff000;

const BIG_PLACEHOLDER = 2 ** 62;

/** Beginning of the GUID of each chunk of Wave64. */
const W64_RIFF = Buffer.from('riff\x2e\x91\xcf\x11', 'latin1');

interface Chunk {
  isSound: boolean;
  /** First byte of its content. */
  from: number;
  /** Bytes of its content; null: unknown. */
  bytes: number | null;
  /** First byte of the next chunk. */
  next: number;
}

/** Reads a chunk from its first 24 bytes, which stand at `at`. */
type ReadChunk = (head: Buffer, at: number) => Chunk;

/**
 * Seconds of sound that the header of a WAV, Wave64 or CAF file states. ffprobe divides the bytes that are there, so that a
 * file that was cut off looks whole.
 * @param found seconds of the bytes that are there
 * @returns undefined if the file has all bytes that its header states, or if the header states none
 */
export async function declaredSeconds(path: string, found: number): Promise<number | undefined> {
  const file = await open(path).catch(undefinedFor('ENOENT', 'ESTALE', 'EIO'));
  if (!file) return undefined;
  try {
    const { size } = await file.stat();
    const sound = await soundChunk(file, size);
    if (!sound?.bytes) return undefined;
    const there = size - sound.from;
    return there > 0 && sound.bytes > there ? (found * sound.bytes) / there : undefined;
  } finally {
    await file.close();
  }
}

async function soundChunk(file: FileHandle, size: number): Promise<Chunk | undefined> {
  const head = await bytesAt(file, 0);
  const kind = kindOf(head);
  let at = kind?.first ?? size;
  for (let count = 0; kind && count < MOST_CHUNKS && at < size; count++) {
    const chunk = kind.read(await bytesAt(file, at), at);
    if (chunk.isSound) return chunk;
    if (chunk.next <= at) return undefined;
    at = chunk.next;
  }
  return undefined;
}

async function bytesAt(file: FileHandle, at: number): Promise<Buffer> {
  const head = Buffer.alloc(24);
  await file.read(head, 0, head.length, at);
  return head;
}

function kindOf(head: Buffer): { first: number; read: ReadChunk } | undefined {
  if (head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WAVE')
    return { first: 12, read: riffChunk };
  if (head.subarray(0, 8).equals(W64_RIFF)) return { first: 40, read: w64Chunk };
  if (head.toString('latin1', 0, 4) === 'caff') return { first: 8, read: cafChunk };
  return undefined;
}

function riffChunk(head: Buffer, at: number): Chunk {
  const bytes = head.readUInt32LE(4);
  const isSound = head.toString('latin1', 0, 4) === 'data';
  return {
    isSound,
    from: at + 8,
    bytes: bytes < PLACEHOLDER ? bytes : null,
    next: at + 8 + bytes + (bytes % 2),
  };
}

/** Sizes include the 24 bytes of the GUID and the size itself; chunks begin at multiples of 8 (Sony Wave64). */
function w64Chunk(head: Buffer, at: number): Chunk {
  const size = Number(head.readBigUInt64LE(16));
  const isSound = head.toString('latin1', 0, 4) === 'data';
  const next = at + Math.ceil(size / 8) * 8;
  return { isSound, from: at + 24, bytes: size < BIG_PLACEHOLDER ? size - 24 : null, next };
}

/** A size of -1 is unknown; the sound begins with 4 bytes that count edits (Apple, Core Audio Format). */
function cafChunk(head: Buffer, at: number): Chunk {
  const size = Number(head.readBigInt64BE(4));
  const isSound = head.toString('latin1', 0, 4) === 'data';
  return { isSound, from: at + 16, bytes: size > 4 ? size - 4 : null, next: at + 12 + size };
}
