import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PipeReader } from '../../process/limited-process.ts';
import type { Binaries } from '../ffmpeg/binaries.ts';
import type { Picture } from '../media/picture.ts';
import { id3Tag } from './id3.ts';
import { appendChunk } from './riff.ts';
import { vorbisPicture } from './vorbis-picture.ts';

/** Maximum bytes of a picture in memory; ffmpeg itself copies larger ones. */
const MOST = 16 * 1024 ** 2;

/** Collects a picture from a pipe; `bytes` is null if it is empty or larger than the limit. */
export function pictureReader(): { read: PipeReader; bytes(): Buffer | null } {
  const chunks: Buffer[] = [];
  let length = 0;
  return {
    async read(pipe) {
      for await (const chunk of pipe) {
        length += chunk.length;
        if (length <= MOST) chunks.push(chunk);
      }
    },
    bytes: () => (length > 0 && length <= MOST ? Buffer.concat(chunks) : null),
  };
}

/** Bytes of a picture for a build of 2018, which reads no line of tags above a thousand characters. */
const SHORT = 600;

/** Whether this ffmpeg can read the picture as a tag. */
export function mayBeTag(
  bytes: Buffer,
  { movieTimescale: recent }: Pick<Binaries, 'movieTimescale'>,
): boolean {
  return recent || bytes.length <= SHORT;
}

/** Writes a picture as a tag for ffmpeg into a private folder, and returns the path of the file. */
export async function writePictureTag(folder: string, picture: Picture): Promise<string> {
  const path = join(folder, 'picture.txt');
  await writeFile(path, vorbisPicture(picture));
  return path;
}

/** Appends an ID3 chunk to a WAV file: RIFF has few tags and no picture, and players read ID3 as well. */
export async function addId3Chunk(
  path: string,
  tags: Readonly<Record<string, string>>,
  picture: Picture | null,
): Promise<void> {
  if (Object.keys(tags).length === 0 && !picture) return;
  await appendChunk(path, 'id3 ', id3Tag(tags, picture));
}
