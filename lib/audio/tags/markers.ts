import type { Chapter, FoundChapter } from '../media/chapters.ts';
import { textOf } from './cue-points.ts';

/** Maximum number of markers, whose count and numbers have 16 bits, the latter signed and above 0. */
const MOST = 32_767;

/** Reads the chunk `MARK` of an AIFF file as chapters (Apple, "Audio Interchange File Format", 1989, Marker Chunk). */
export function readMarkers(chunk: Buffer, sampleRate: number): FoundChapter[] {
  const found: FoundChapter[] = [];
  const count = chunk.length < 2 ? 0 : Math.min(chunk.readUInt16BE(0), MOST);
  for (let at = 2; found.length < count && at + 7 <= chunk.length; ) {
    const length = chunk.readUInt8(at + 6);
    const title = textOf(chunk.subarray(at + 7, at + 7 + length));
    found.push({ start: chunk.readUInt32BE(at + 2) / sampleRate, end: undefined, title });
    at += 7 + length + ((length + 1) % 2);
  }
  return found;
}

/** The content of the chunk `MARK`. A marker has a number, a position in samples and a name of up to 255 bytes. */
export function markerChunk(chapters: readonly Chapter[], sampleRate: number): Buffer {
  const markers = chapters.slice(0, MOST).map(({ start, title }, index) => {
    const name = firstBytes(title, 255);
    const head = Buffer.alloc(7);
    head.writeUInt16BE(index + 1, 0);
    head.writeUInt32BE(Math.min(Math.round(start * sampleRate), 2 ** 32 - 1), 2);
    head.writeUInt8(name.length, 6);
    return Buffer.concat([head, name, Buffer.alloc((name.length + 1) % 2)]);
  });
  const count = Buffer.alloc(2);
  count.writeUInt16BE(markers.length);
  return Buffer.concat([count, ...markers]);
}

/** The text in UTF-8, cut between characters. */
function firstBytes(text: string, most: number): Buffer {
  let taken = '';
  let length = 0;
  for (const character of text) {
    length += Buffer.byteLength(character);
    if (length > most) break;
    taken += character;
  }
  return Buffer.from(taken);
}
