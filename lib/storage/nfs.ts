import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import {
  copyFile,
  type FileHandle,
  mkdir,
  open,
  opendir,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
} from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError, isErrno } from '../errors.ts';
import { objectKey } from '../keys.ts';
import type { Storage, StoredObject } from '../ports.ts';

/** Where files are written before they are renamed; inside the root, since rename is atomic only there. */
const PARTIAL = '.partial';

/**
 * A folder, on a disk or an NFS mount. Folders have no atomic write: so a temporary file, fsync, rename.
 * @param root absolute path; it is made when first written to
 */
export function createFolderStorage(root: string): Storage {
  const pathOf = (key: string) => join(root, ...objectKey(...key.split('/')).split('/'));
  return {
    async put(key, source) {
      const target = pathOf(key);
      const partial = join(root, PARTIAL, randomUUID());
      await mkdir(dirname(partial), { recursive: true });
      try {
        const size = await write(partial, source);
        await moveInto(partial, target);
        await syncFolder(dirname(target));
        return size;
      } finally {
        await rm(partial, { force: true });
      }
    },
    async fetch(key, path) {
      await mustStat(pathOf(key));
      await symlink(pathOf(key), path);
    },
    async read(key, range) {
      await mustStat(pathOf(key));
      return createReadStream(pathOf(key), range ?? {});
    },
    async stat(key) {
      pathOf(key);
      return statObject(root, key);
    },
    async remove(key) {
      await rm(pathOf(key), { force: true });
      await removeEmptyFolders(root, dirname(pathOf(key)));
    },
    list: () => walk(root),
  };
}

async function write(path: string, source: Readable | string): Promise<number> {
  if (typeof source === 'string') await moveOrCopy(source, path);
  else await pipeline(source, createWriteStream(path, { flags: 'wx' }));
  const file = await open(path, 'r+');
  try {
    await file.sync();
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

async function moveOrCopy(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!isErrno(error, 'EXDEV')) throw error;
    await copyFile(from, to);
  }
}

/** A removal beside may take the folder away between making it and moving into it, so it is made again. */
async function moveInto(from: string, to: string, tries = 3): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await rename(from, to);
  } catch (error) {
    if (tries === 1 || !isErrno(error, 'ENOENT')) throw error;
    await moveInto(from, to, tries - 1);
  }
}

/** A rename is lasting only when its folder is synced; some file systems can't sync a folder, and need not. */
async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle | undefined;
  try {
    folder = await open(path, 'r');
    await folder.sync();
  } catch (error) {
    if (!isErrno(error, 'EINVAL') && !isErrno(error, 'EISDIR') && !isErrno(error, 'EPERM')) throw error;
  } finally {
    await folder?.close();
  }
}

async function mustStat(path: string): Promise<void> {
  try {
    await stat(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) throw new AppError('not_found', 'There is no such file.', { cause: error });
    throw error;
  }
}

async function statObject(root: string, key: string): Promise<StoredObject | undefined> {
  try {
    const { size, mtime } = await stat(join(root, ...key.split('/')));
    return { key, size, modified: mtime };
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Folders are no objects: one that a removal left empty goes as well, unless somebody just wrote into it. */
async function removeEmptyFolders(root: string, folder: string): Promise<void> {
  if (!folder.startsWith(root + sep)) return;
  try {
    await rmdir(folder);
  } catch (error) {
    if (isErrno(error, 'ENOTEMPTY') || isErrno(error, 'EEXIST') || isErrno(error, 'ENOENT')) return;
    throw error;
  }
  await removeEmptyFolders(root, dirname(folder));
}

async function* walk(root: string, prefix = ''): AsyncGenerator<StoredObject> {
  for (const entry of await entries(join(root, prefix))) {
    const key = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) yield* walk(root, key);
    else {
      const object = await statObject(root, key);
      if (object) yield object;
    }
  }
}

async function entries(folder: string) {
  try {
    return await Array.fromAsync(await opendir(folder));
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}
