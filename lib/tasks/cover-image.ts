import { pictureKind } from '../audio/tags/picture-kind.ts';
import { AppError } from '../runtime/errors.ts';

export { pictureKind };

/** Properties of a picture that a client sends as the cover of a result. */
export interface CoverImage {
  mimeType: string;
  width: number;
  height: number;
}

/** Bytes; players stop at pictures of some megabytes, and a FLAC block holds less than 16 MiB (RFC 9639, 8.1). */
export const COVER_BYTES = 16 * 1024 * 1024 - 4096;

/** The same as for pictures of originals, which ffmpeg may decode. */
const PIXELS = 36_000_000;

/** Whether the bytes go to the end of the picture; a file that was cut off does not. */
const WHOLE: Readonly<Record<string, (bytes: Buffer) => boolean>> = {
  'image/jpeg': (bytes) => bytes.lastIndexOf('\xff\xd9', undefined, 'latin1') > 2,
  'image/png': (bytes) => bytes.lastIndexOf('IEND', undefined, 'latin1') > 8,
  'image/gif': (bytes) => bytes.lastIndexOf(0x3b) > 12,
  'image/webp': (bytes) => bytes.readUInt32LE(4) + 8 <= bytes.length,
};

/**
 * Reads kind and size of a cover from its bytes, whatever its name and its type say. Nothing is decoded.
 * Throws `invalid_image` unless it is a whole JPEG, PNG, WebP or GIF; `too_large`.
 */
export function coverImage(bytes: Buffer): CoverImage {
  if (bytes.length > COVER_BYTES) throw coverTooLarge();
  const { mimeType, width, height } = pictureKind(bytes);
  const isWhole = Object.hasOwn(WHOLE, mimeType ?? '') ? WHOLE[mimeType ?? ''] : undefined;
  if (mimeType === null || !isWhole)
    throw invalid(bytes.length === 0 ? 'it is empty' : `it is ${mimeType ?? 'of another kind'}`);
  if (!width || !height || !isWhole(bytes)) throw invalid('it is cut off or broken');
  if (width * height > PIXELS) {
    const size = `${width} x ${height} pixels`;
    throw new AppError('too_large', `The cover has ${size}. Expected at most ${PIXELS} pixels together.`, {
      details: [{ path: 'cover', message: `expected at most ${PIXELS} pixels` }],
    });
  }
  return { mimeType, width, height };
}

/** A cover with more bytes than `COVER_BYTES`. */
export function coverTooLarge(): AppError {
  return new AppError('too_large', `The cover is larger than ${COVER_BYTES} bytes.`, {
    details: [{ path: 'cover', message: `expected at most ${COVER_BYTES} bytes` }],
  });
}

function invalid(found: string): AppError {
  return new AppError(
    'invalid_image',
    `The cover is not usable: ${found}. Expected JPEG, PNG, WebP or GIF.`,
    {
      details: [{ path: 'cover', message: 'expected JPEG, PNG, WebP or GIF' }],
    },
  );
}
