import type { FileHandle } from 'node:fs/promises';

/** Frames that a tag has at most; ordinary ones have up to 50. */
const MOST_FRAMES = 500;

/** Bytes of a text that is read. */
const LONGEST = 4096;

/** Frames of chapters, which are no tags. */
const CHAPTERS: ReadonlySet<string> = new Set(['CHAP', 'CTOC']);

/** Texts whose form matters, by ffmpeg's names. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['TRCK', 'track'],
  ['TPOS', 'disc'],
]);

/**
 * Names and short texts of the frames of an ID3v2.3 or 2.4 tag at the beginning of a file, by ffmpeg's names: numbers, texts with
 * a name of their own (`TXXX`) and other texts. Undefined if the tag has chapters, or anything but plain frames.
 * @param length bytes of the whole tag
 */
export async function plainId3Texts(
  file: FileHandle,
  length: number,
): Promise<Record<string, string> | undefined> {
  const texts: Record<string, string> = {};
  const head = await bytesAt(file, 0, 10);
  const version = head[3];
  if ((version !== 3 && version !== 4) || head[5] !== 0) return undefined;
  for (let at = 10, count = 0; at + 10 <= length; count++) {
    const frame = await frameAt(file, at, version);
    if (frame === 'padding') return texts;
    if (!frame || count > MOST_FRAMES || CHAPTERS.has(frame.id) || frame.end > length) return undefined;
    if (frame.id.startsWith('T') && frame.end - at < LONGEST)
      Object.assign(texts, textOf(frame.id, await bytesAt(file, at + 10, frame.end - at - 10)));
    at = frame.end;
  }
  return texts;
}

interface Frame {
  /** Four characters. */
  id: string;
  /** Position after the frame. */
  end: number;
}

/** Sizes have 7 bits a byte from version 4 on; flags mean compression, encryption or the like (ID3v2.4, section 4). */
async function frameAt(file: FileHandle, at: number, version: 3 | 4): Promise<Frame | 'padding' | undefined> {
  const head = await bytesAt(file, at, 10);
  if (head[0] === 0) return 'padding';
  const id = head.toString('latin1', 0, 4);
  if (head.length < 10 || !/^[A-Z][A-Z\d]{3}$/.test(id) || head.readUInt16BE(8) !== 0) return undefined;
  const sizes = head.subarray(4, 8);
  if (version === 4 && sizes.some((byte) => byte > 0x7f)) return undefined;
  return { id, end: at + 10 + sizes.reduce((sum, byte) => sum * (version === 4 ? 128 : 256) + byte, 0) };
}

function textOf(id: string, bytes: Buffer): Record<string, string> {
  const [first = '', second = ''] = decoded(bytes).split('\0');
  if (id !== 'TXXX') return { [NAMES.get(id) ?? id]: first };
  return { [first]: second.replace(BYTE_ORDER, '') };
}

/** Each text of UTF-16 begins with its order. */
const BYTE_ORDER = /^[\ufeff\ufffe]/;

/** Encodings by number (ID3v2.4, section 4). */
const ENCODINGS = ['latin1', 'utf-16le', 'utf-16be', 'utf-8'] as const;

function decoded(bytes: Buffer): string {
  const encoding = ENCODINGS[bytes[0] ?? 0];
  const isBig = encoding === 'utf-16le' && bytes.length >= 3 && bytes.readUInt16BE(1) === 0xfeff;
  return new TextDecoder(isBig ? 'utf-16be' : encoding).decode(bytes.subarray(1));
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
