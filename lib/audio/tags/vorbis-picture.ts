import type { Picture } from '../media/picture.ts';
import { mimeType } from './id3.ts';

/** Picture type 3 is the front cover; JPEG and PNG have about 24 bits a pixel. */
const FRONT = 3;
const DEPTH = 24;

/**
 * A picture as a Vorbis comment: FLAC's picture block in Base64 (RFC 9639, 8.8, and the Xiph wiki on VorbisComment). The
 * text is in ffmpeg's format for tag files, since an argument of a program cannot be long enough.
 */
export function vorbisPicture({ cover, bytes }: Picture): string {
  const type = Buffer.from(mimeType(cover));
  const head = numbers(FRONT, type.length);
  const size = numbers(0, cover.width, cover.height, DEPTH, 0, bytes.length);
  const block = Buffer.concat([head, type, size, bytes]).toString('base64');
  return `;FFMETADATA1\nMETADATA_BLOCK_PICTURE=${block.replaceAll('=', '\\=')}\n`;
}

function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => {
    bytes.writeUInt32BE(value, index * 4);
  });
  return bytes;
}
