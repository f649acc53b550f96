import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Hashes, HashName } from '../ports/tasks.ts';
import { createDigest, type Digest } from './checksums.ts';
import type { Fields } from './form-fields.ts';
import { mustHoldSomething } from './upload-size.ts';

/** Hashes of a form's file, which are computed while it is received. */
export const FORM_HASHES = ['crc32c', 'sha256'] as const satisfies readonly HashName[];

/** Bytes that wait for the disk: while one write runs, the chunks that come meanwhile are collected for the next one. */
const WRITE_BUFFER = 512 * 1024;

/** The one file of a form, while the form is read. */
export interface FormFile {
  /** File name in the headers of its part; empty if there is none. */
  name: string;
  /** Fields that stand before the file. */
  before: Fields;
  /** Throws an AppError if the form is refused. Must be read to its end before `end` is called. */
  content: AsyncIterable<Buffer>;
  /** Reads the rest of the form, and returns all of its fields. Throws as `content` does. */
  end(): Promise<Fields>;
  /** The picture in the part `cover`; complete after `end`. */
  cover(): Buffer | undefined;
}

/** The file of a form in a working folder. */
export interface SavedFile {
  /** Absolute. */
  path: string;
  /** Bytes. */
  size: number;
  checksums: Hashes;
}

/** Writes the content of a form's file into a folder. Throws as the content does, and `invalid_request` for an empty file. */
export async function saveFormFile(folder: string, { content }: FormFile): Promise<SavedFile> {
  const path = join(folder, 'upload');
  const digest = await createDigest(FORM_HASHES);
  await pipeline(
    hashed(content, digest),
    createWriteStream(path, { flags: 'wx', mode: 0o600, highWaterMark: WRITE_BUFFER }),
  );
  const { size } = await stat(path);
  mustHoldSomething(size, 'audio', 'expected a file that is not empty');
  return { path, size, checksums: digest.hashes() };
}

/** Passes the content on, and adds it to a digest. */
export async function* hashed(content: AsyncIterable<Buffer>, digest: Digest): AsyncGenerator<Buffer> {
  for await (const chunk of content) {
    digest.update(chunk);
    yield chunk;
  }
}
