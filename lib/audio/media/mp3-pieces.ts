import { type FileHandle, open } from 'node:fs/promises';
import { crc16 } from './crc16.ts';
import { type Mp3Parts, mp3Parts } from './mp3-header.ts';

/** Bytes of a file, from its first frame after the header frame. */
export interface SoundRange {
  path: string;
  from: number;
  /** Absent: to the end. */
  to?: number | undefined;
}

/** Whether two ranges are complete and have the same bytes. */
export async function haveSameBytes(one: SoundRange, other: SoundRange): Promise<boolean> {
  const [first, second] = await Promise.all([bytesOf(one), bytesOf(other)]);
  const { from, to = from } = one;
  return first.length === to - from && first.length > 0 && first.equals(second);
}

async function bytesOf({ path, from, to = from }: SoundRange): Promise<Buffer> {
  const read = await withParts(path, async (file, { tags, headerFrame }) => {
    const length = Math.max(0, to - from);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, tags + headerFrame + from);
    return buffer.subarray(0, bytesRead);
  });
  return read ?? Buffer.alloc(0);
}

/** Bytes that are copied at once. */
const BLOCK = 1 << 20;

/** Writes ranges of sound one after another, without tags and header frames. */
export async function writeSound(
  ranges: readonly SoundRange[],
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const target = await open(path, 'wx', 0o600);
  try {
    for (const range of ranges)
      await withParts(range.path, (file, { tags, headerFrame, sound }) => {
        const start = tags + headerFrame;
        const end = range.to === undefined ? tags + sound : start + range.to;
        return copyBytes(file, { from: start + range.from, to: end }, target, signal);
      });
  } finally {
    await target.close();
  }
}

async function copyBytes(
  source: FileHandle,
  { from, to }: { from: number; to: number },
  target: FileHandle,
  signal: AbortSignal,
): Promise<void> {
  const block = Buffer.alloc(BLOCK);
  for (let at = from; at < to; ) {
    signal.throwIfAborted();
    const { bytesRead } = await source.read(block, 0, Math.min(BLOCK, to - at), at);
    if (bytesRead === 0) throw new Error('a piece of MP3 ends before its header says');
    await target.writeFile(block.subarray(0, bytesRead));
    at += bytesRead;
  }
}

/** Places in a header frame from its name `Xing` or `Info` on, as LAME writes it: encoder, delay and padding, length and CRCs. */
const AT = { counts: 8, encoder: 120, delay: 141, misc: 144, length: 148, crc: 154, end: 156 } as const;

/**
 * Completes the header frame of a file whose frames were copied: the encoder and the delay of the first piece, and the padding of
 * the last one. The numbers of frames and bytes, the table of contents and the CRC of the sound are already those of the whole.
 * @returns whether the header frames have the same form; otherwise nothing is written
 */
export async function completeHeaderFrame(path: string, first: string, last: string): Promise<boolean> {
  const [begun, ended, made] = await Promise.all([headerFrame(first), headerFrame(last), headerFrame(path)]);
  if (!begun || !ended || !made) return false;
  const at = begun.indexOf('Info', 4, 'latin1');
  const isAlike = begun.length === made.length && at === made.indexOf('Info', 4, 'latin1');
  if (!isAlike || at < 0 || at !== ended.indexOf('Info', 4, 'latin1')) return false;
  const covered = [at + AT.crc, COVERED].find(
    (bytes) => frameCrc(begun, at, bytes) === begun.readUInt16BE(at + AT.crc),
  );
  if (covered === undefined) return false;
  const frame = Buffer.from(begun);
  made.copy(frame, at + AT.counts, at + AT.counts, at + AT.encoder - 4);
  made.copy(frame, at + AT.length, at + AT.length, at + AT.crc);
  const delay = begun.readUIntBE(at + AT.delay, 3) & 0xff_f000;
  frame.writeUIntBE(delay | (ended.readUIntBE(at + AT.delay, 3) & 0xfff), at + AT.delay, 3);
  frame.writeUInt16BE(frameCrc(frame, at, covered), at + AT.crc);
  await withParts(path, (file, { tags }) => file.write(frame, 0, frame.length, tags), 'r+');
  return true;
}

/** ffmpeg always covers this number of bytes, which is right for stereo of MPEG-1 only; the field itself is then zero. */
const COVERED = 190;

function frameCrc(frame: Buffer, at: number, bytes: number): number {
  const zeroed = Buffer.from(frame).fill(0, at + AT.crc, at + AT.end);
  return crc16(zeroed.subarray(0, bytes));
}

async function headerFrame(path: string): Promise<Buffer | undefined> {
  return withParts(path, async (file, { tags, headerFrame: length }) => {
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, tags);
    return buffer;
  });
}

/** Undefined for a file without a header frame that counts its sound. */
async function withParts<T>(
  path: string,
  work: (file: FileHandle, parts: Mp3Parts) => Promise<T>,
  flags: 'r' | 'r+' = 'r',
): Promise<T | undefined> {
  const file = await open(path, flags);
  try {
    const parts = await mp3Parts(file);
    return parts && (await work(file, parts));
  } finally {
    await file.close();
  }
}
