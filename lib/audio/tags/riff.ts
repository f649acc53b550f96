import { type FileHandle, open } from 'node:fs/promises';

/** Maximum size in the header of a RIFF file. */
const MOST = 2 ** 32 - 1;

/**
 * Appends a chunk to a WAV file and corrects the size in its header: RIFF has it at byte 4, RF64 in the next chunk,
 * `ds64` (EBU Tech 3306). A RIFF file that would become too large stays unchanged.
 */
export async function appendChunk(path: string, id: string, content: Buffer): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    const chunk = chunkOf(id, content, size % 2);
    const total = size + chunk.length - 8;
    const kind = (await read(file, 0, 4)).toString('latin1');
    if (kind === 'RF64') await file.write(int64(total), 0, 8, 20);
    else if (total <= MOST) await file.write(int32(total), 0, 4, 4);
    else return;
    await file.write(chunk, 0, chunk.length, size);
  } finally {
    await file.close();
  }
}

/** Chunks begin at even bytes. */
function chunkOf(id: string, content: Buffer, before: number): Buffer {
  const [lead, trail] = [Buffer.alloc(before), Buffer.alloc(content.length % 2)];
  return Buffer.concat([lead, Buffer.from(id, 'latin1'), int32(content.length), content, trail]);
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  return (await file.read(Buffer.alloc(length), 0, length, position)).buffer;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
