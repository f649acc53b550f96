import type { PictureInfo } from '../media/picture.ts';

/** Kind and size of a picture. */
export type PictureKind = Pick<PictureInfo, 'mimeType' | 'width' | 'height'>;

const UNKNOWN: PictureKind = { mimeType: null, width: null, height: null };

/** Readers of each kind; null if the bytes are of another one. Nothing is decoded. */
const READERS: readonly ((bytes: Buffer) => PictureKind | null)[] = [png, jpeg, gif, bmp, webp, avif];

/** Reads kind and size from the first bytes; names and types of a file are often wrong. */
export function pictureKind(data: Uint8Array): PictureKind {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  for (const read of READERS) {
    const kind = read(bytes);
    if (kind) return kind;
  }
  return UNKNOWN;
}

/** PNG (third edition), 5.2 and 11.2.1. */
function png(bytes: Buffer): PictureKind | null {
  if (bytes.length < 24 || bytes.toString('latin1', 0, 8) !== '\x89PNG\r\n\x1a\n') return null;
  return { mimeType: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** ITU-T T.81, B.1: segments up to the frame header, SOF0 to SOF15 without DHT, JPG and DAC. */
function jpeg(bytes: Buffer): PictureKind | null {
  if (bytes.length < 4 || bytes.readUIntBE(0, 3) !== 0xffd8ff) return null;
  for (let at = 2; at + 9 <= bytes.length; ) {
    const marker = bytes.readUInt8(at + 1);
    if (bytes.readUInt8(at) !== 0xff) break;
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return {
        mimeType: 'image/jpeg',
        width: bytes.readUInt16BE(at + 7),
        height: bytes.readUInt16BE(at + 5),
      };
    }
    at += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(at + 2);
  }
  return { mimeType: 'image/jpeg', width: null, height: null };
}

/** GIF89a, 17 and 18. */
function gif(bytes: Buffer): PictureKind | null {
  if (bytes.length < 10 || !/^GIF8[79]a$/.test(bytes.toString('latin1', 0, 6))) return null;
  return { mimeType: 'image/gif', width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
}

/** BITMAPFILEHEADER and BITMAPINFOHEADER; the height is negative where rows stand from top to bottom. */
function bmp(bytes: Buffer): PictureKind | null {
  if (bytes.length < 26 || bytes.toString('latin1', 0, 2) !== 'BM') return null;
  return {
    mimeType: 'image/bmp',
    width: Math.abs(bytes.readInt32LE(18)),
    height: Math.abs(bytes.readInt32LE(22)),
  };
}

/** RFC 9649, 2.5 to 2.7. */
function webp(bytes: Buffer): PictureKind | null {
  if (bytes.length < 30 || !/^RIFF....WEBP/s.test(bytes.toString('latin1', 0, 12))) return null;
  return { mimeType: 'image/webp', ...webpSize(bytes) };
}

function webpSize(bytes: Buffer): Pick<PictureKind, 'width' | 'height'> {
  const kind = bytes.toString('latin1', 12, 16);
  if (kind === 'VP8X') return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
  if (kind === 'VP8 ')
    return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
  if (kind !== 'VP8L') return { width: null, height: null };
  const packed = bytes.readUInt32LE(21);
  return { width: (packed & 0x3fff) + 1, height: ((packed >> 14) & 0x3fff) + 1 };
}

/** ISO/IEC 23000-22: a file type box with the brand. */
function avif(bytes: Buffer): PictureKind | null {
  if (bytes.length < 16 || !/^ftyp(avif|avis)/.test(bytes.toString('latin1', 4, 12))) return null;
  return { mimeType: 'image/avif', width: null, height: null };
}
