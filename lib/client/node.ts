import { createWriteStream, openAsBlob } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Download } from './download.ts';

/** A file on the disk, to be sent: its parts are read when they are needed. */
export async function fileAt(path: string): Promise<File> {
  return new File([await openAsBlob(path)], basename(path));
}

/** Writes a download to the disk. The file appears under its name when it is complete. */
export async function saveTo(path: string, download: Download): Promise<void> {
  const partial = `${path}.part`;
  try {
    await pipeline(Readable.fromWeb(download.stream()), createWriteStream(partial));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
