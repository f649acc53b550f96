import type { Cover } from '../media/media-info.ts';
import type { Picture } from '../media/picture.ts';

/** Text frames of ID3v2.4 by ffmpeg's names of tags (id3.org, ID3v2.4.0 frames, 4.2). */
const FRAMES: Readonly<Record<string, string>> = {
  title: 'TIT2',
  artist: 'TPE1',
  album: 'TALB',
  album_artist: 'TPE2',
  track: 'TRCK',
  disc: 'TPOS',
  date: 'TDRC',
  genre: 'TCON',
  composer: 'TCOM',
  copyright: 'TCOP',
};

/** Frames of comments and lyrics, with a language and a description before the text. */
const TEXTS: Readonly<Record<string, string>> = { comment: 'COMM', lyrics: 'USLT' };

const UTF8 = Buffer.from([3]);
const NUL = Buffer.from([0]);

/** Makes a complete ID3v2.4 tag in UTF-8. */
export function id3Tag(tags: Readonly<Record<string, string>>, picture: Picture | null): Buffer {
  const frames = Object.entries(tags).map(([name, value]) => textFrame(name, value));
  const body = Buffer.concat([...frames, ...(picture ? [pictureFrame(picture)] : [])]);
  return Buffer.concat([Buffer.from('ID3\x04\0\0', 'latin1'), syncsafe(body.length), body]);
}

function textFrame(name: string, value: string): Buffer {
  const key = name.toLowerCase();
  const text = Buffer.from(value);
  const own = Object.hasOwn(FRAMES, key) ? FRAMES[key] : undefined;
  if (own) return frame(own, UTF8, text);
  const long = Object.hasOwn(TEXTS, key) ? TEXTS[key] : undefined;
  if (long) return frame(long, UTF8, Buffer.from('und'), NUL, text);
  return frame('TXXX', UTF8, Buffer.from(name), NUL, text);
}

/** Picture type 3 is the front cover. */
function pictureFrame({ cover, bytes }: Picture): Buffer {
  return frame('APIC', UTF8, Buffer.from(mimeType(cover)), NUL, Buffer.from([3]), NUL, bytes);
}

export function mimeType({ codec }: Cover): string {
  return codec === 'png' ? 'image/png' : 'image/jpeg';
}

function frame(id: string, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(id), syncsafe(content.length), Buffer.alloc(2), content]);
}

/** Encodes a size with seven bits a byte, so that it never looks like the start of an MPEG audio frame. */
function syncsafe(size: number): Buffer {
  return Buffer.from([21, 14, 7, 0].map((shift) => (size >> shift) & 0x7f));
}
