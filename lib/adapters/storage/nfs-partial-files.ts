import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PartialFiles, StoredBytes } from '../../ports/uploads.ts';
import { AppError, undefinedFor } from '../../runtime/errors.ts';
import { writeAll } from '../../runtime/write-all.ts';
import { type FolderOptions, moveInto, openRoot, PARTIAL, pathIn, syncFolder } from './nfs.ts';

/**
 * Partial files in the root of originals. Each piece opens, syncs and closes the file, so that any machine on the
 * share can write the next one (NFS is close-to-open); the complete file is renamed into its place.
 */
export function createPartialFiles(options: FolderOptions): PartialFiles {
  const { root } = options;
  const { fs, ready } = openRoot(options);
  const partialOf = (taskId: number) => pathIn(root, `${PARTIAL}/${taskId}.upload`);
  const targetOf = (key: string) => pathIn(root, key);
  const openPartial = async (taskId: number): Promise<FileHandle> => {
    const file = await fs.open(partialOf(taskId), 'r+').catch(undefinedFor('ENOENT'));
    if (!file) throw lost();
    return file;
  };
  const create = async (taskId: number): Promise<FileHandle> => {
    await fs.mkdir(join(root, PARTIAL), { recursive: true });
    return fs.open(partialOf(taskId), 'w');
  };

  return {
    async write(taskId, position, slices, { durable }) {
      await ready();
      const file = await (position === 0 ? create(taskId) : openPartial(taskId));
      try {
        await mustReach(file, position);
        await writeSlices(file, slices, position);
        if (durable) await file.sync();
      } finally {
        await file.close();
      }
    },
    async open(taskId, key) {
      await ready();
      const file =
        (await fs.open(partialOf(taskId), 'r').catch(undefinedFor('ENOENT'))) ??
        (await fs.open(targetOf(key), 'r').catch(undefinedFor('ENOENT')));
      return file && storedBytes(file);
    },
    async complete(taskId, key, size) {
      const target = targetOf(key);
      const isWhole = async () => (await fs.stat(target).catch(undefinedFor('ENOENT')))?.size === size;
      await ready();
      if (await isWhole()) return;
      const file = await fs.open(partialOf(taskId), 'r+').catch(undefinedFor('ENOENT'));
      if (!file && (await isWhole())) return;
      if (!file) throw lost();
      const inode = await closeOff(file, size);
      await moveInto(fs, partialOf(taskId), target, inode);
      await syncFolder(fs, dirname(target));
    },
    async remove(taskId) {
      await ready();
      await fs.rm(partialOf(taskId), { force: true });
    },
  };
}

/** The next slice is prepared while the previous one is written. */
async function writeSlices(file: FileHandle, slices: Iterable<Uint8Array>, position: number): Promise<void> {
  let end = position;
  let writing: Promise<void> | undefined;
  for (const slice of slices) {
    await writing;
    writing = writeAll(file, slice, end);
    end += slice.length;
  }
  await writing;
}

/** Truncates bytes that were written but not recorded, as after a crash. */
async function closeOff(file: FileHandle, size: number): Promise<bigint> {
  try {
    await mustReach(file, size);
    await file.truncate(size);
    await file.sync();
    return (await file.stat({ bigint: true })).ino;
  } finally {
    await file.close();
  }
}

/** Without this check, the file system would silently fill a gap with zeros. */
async function mustReach(file: FileHandle, position: number): Promise<void> {
  if ((await file.stat()).size < position) throw lost();
}

function storedBytes(file: FileHandle): StoredBytes {
  return {
    async read(position, length) {
      const buffer = Buffer.allocUnsafe(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return buffer.subarray(0, filled);
    },
    close: () => file.close(),
  };
}

function lost(): AppError {
  return new AppError('upload_gone', 'The received part of this file is lost. Open another upload for it.');
}
