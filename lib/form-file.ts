import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Text fields of a form by name. */
export type Fields = ReadonlyMap<string, string>;

/** The one file of a form, while the form is read. */
export interface FormFile {
  /** Its name as its part gave it; empty where it gave none. */
  name: string;
  /** Fields that stand before the file. */
  before: Fields;
  /** Throws the AppError that says why the form is refused. Read to its end before `end` is called. */
  content: AsyncIterable<Buffer>;
  /** Reads the rest of the form, and returns all of its fields. Throws as `content` does. */
  end(): Promise<Fields>;
}

/** A file of this machine. */
export interface LocalFile {
  /** Absolute path. */
  path: string;
  /** Bytes. */
  size: number;
}

/** Writes the content of a form's file into a folder. Throws what the content throws. */
export async function saveFormFile(folder: string, { content }: FormFile): Promise<LocalFile> {
  const path = join(folder, 'upload');
  await pipeline(content, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  return { path, size: (await stat(path)).size };
}
