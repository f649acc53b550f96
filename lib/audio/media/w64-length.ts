import { type FileHandle, open } from 'node:fs/promises';

/** A chunk of Sony Wave64: a GUID of 16 bytes that begins with four letters, the length with this header, and the content. */
const HEADER = 24;

/** Bytes before the first chunk: the GUID `riff`, the length of the file, and the GUID `wave`. */
const FIRST = 40;

/** Chunks begin at a multiple of this number of bytes. */
const ALIGNED = 8;

/**
 * Takes the padding at the end out of the length of the sound: ffmpeg counts up to seven bytes that only align the next
 * chunk, and decoders then read samples that are not there. Changes nothing if another length is stated.
 * @param samples of one channel
 */
export async function setW64Length(path: string, samples: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    let frame = 0;
    for (let at = FIRST; ; ) {
      const head = await bytes(file, at, HEADER + 14);
      if (head.length < HEADER) return;
      const [id, length] = [head.toString('latin1', 0, 4), Number(head.readBigUInt64LE(16))];
      if (id === 'fmt ' && head.length === HEADER + 14) frame = head.readUInt16LE(HEADER + 12);
      if (id === 'data') return await setLength(file, at, length, HEADER + samples * frame);
      at += Math.ceil(Math.max(length, HEADER) / ALIGNED) * ALIGNED;
    }
  } finally {
    await file.close();
  }
}

async function setLength(file: FileHandle, at: number, stated: number, real: number): Promise<void> {
  if (stated <= real || stated - real >= ALIGNED) return;
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(real));
  await file.write(length, 0, length.length, at + 16);
}

async function bytes(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from);
  return buffer.subarray(0, bytesRead);
}
