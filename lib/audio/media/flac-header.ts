import { type FileHandle, open } from 'node:fs/promises';
import { type FileHeader, fileHeader } from './file-header.ts';

/** Bytes of the signature, the head of the first block and that block, which describes the stream (RFC 9639, 8.2). */
const BEGINNING = 4 + 4 + 34;

/** Layouts that need no tag. */
const LAYOUTS: Readonly<Record<number, string>> = { 1: 'mono', 2: 'stereo' };

/** Blocks before the sound that are looked at; files have three to ten. */
const MOST_BLOCKS = 200;

/** The first 14 bits of a frame (RFC 9639, 9.1). */
const SYNC_CODE = 0x3ffe;

/**
 * Reads the first block of a FLAC file of one or two channels. Undefined if it does not count the samples, as that of a file
 * that was not finished, or if no frame follows the blocks: such a file needs a probe.
 */
export async function readFlacHeader(path: string): Promise<FileHeader | undefined> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING), 0, BEGINNING, 0);
    return bytesRead === BEGINNING && (await hasFrames(file)) ? parse(buffer) : undefined;
  } finally {
    await file.close();
  }
}

/** The first byte of a block has its type, and whether it is the last one; its length follows. */
async function hasFrames(file: FileHandle): Promise<boolean> {
  const head = Buffer.alloc(4);
  for (let at = 4, count = 0; count < MOST_BLOCKS; count++) {
    const { bytesRead } = await file.read(head, 0, 4, at);
    if (bytesRead < 4) return false;
    at += 4 + head.readUIntBE(1, 3);
    if (head.readUInt8(0) < 0x80) continue;
    const { bytesRead: begun } = await file.read(head, 0, 4, at);
    return begun === 4 && head.readUInt16BE(0) >>> 2 === SYNC_CODE;
  }
  return false;
}

/** Rate (20 bits), channels (3), bits (5) and samples (36) stand in eight bytes after the sizes of blocks and frames. */
function parse(head: Buffer): FileHeader | undefined {
  if (head.toString('latin1', 0, 4) !== 'fLaC' || (head.readUInt8(4) & 0x7f) !== 0) return undefined;
  const packed = head.readBigUInt64BE(18);
  const sampleRate = Number(packed >> 44n);
  const channels = Number((packed >> 41n) & 7n) + 1;
  const bitDepth = Number((packed >> 36n) & 31n) + 1;
  const samples = Number(packed & 0xf_ffff_ffffn);
  const channelLayout = LAYOUTS[channels];
  if (!channelLayout || sampleRate === 0 || samples === 0) return undefined;
  const duration = Number((samples / sampleRate).toFixed(6));
  return fileHeader({
    container: 'flac',
    codec: 'flac',
    sampleRate,
    channels,
    channelLayout,
    duration,
    bitDepth,
    bitrate: null,
  });
}
