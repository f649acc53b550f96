import { randomUUID } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { objectKey } from '../../ports/object-key.ts';
import type { Storage, StoredObject } from '../../ports/storage.ts';
import { AppError, isErrno, undefinedFor } from '../../runtime/errors.ts';
import { lazy } from '../../runtime/lazy.ts';
import { destroyingOnFailure } from './abandoned-source.ts';
import { type Files, NODE_FILES, retryingStale } from './nfs-file-system.ts';
import { listFiles } from './nfs-listing.ts';
import { MARKER, markRoot, mustBeMounted, type RootRole } from './nfs-marker.ts';

/** Folder in which files are written before they are renamed. It is in the root: rename is atomic only within one export. */
export const PARTIAL = '.partial';

export interface FolderOptions {
  /** Absolute path. */
  root: string;
  role: RootRole;
  /** Whether the folder is this program's own, which then makes it; a share is used only if it has its marker. */
  own: boolean;
  files?: Files;
}

/**
 * Storage in a folder, on a disk or an NFS mount. Folders have no atomic write, so a write is temporary file, fsync, rename.
 * On NFS, a mount may be missing, handles go stale, and a machine may not see the new files of another one at once.
 */
export function createFolderStorage(options: FolderOptions): Storage {
  const { root } = options;
  const { fs, ready } = openRoot(options);
  const pathOf = (key: string) => pathIn(root, key);
  const put = async (key: string, source: Readable | string) => {
    const target = pathOf(key);
    const partial = join(root, PARTIAL, randomUUID());
    await ready();
    await fs.mkdir(dirname(partial), { recursive: true });
    try {
      const { size, inode } = await write(fs, partial, source);
      await moveInto(fs, partial, target, inode);
      await syncFolder(fs, dirname(target));
      return size;
    } finally {
      await fs.rm(partial, { force: true });
    }
  };
  return {
    local: true,
    put: (key, source) => destroyingOnFailure(source, () => put(key, source)),
    async fetch(key, path) {
      const target = pathOf(key);
      await ready();
      mustExist(await lookTwice(fs, root, target, () => fs.stat(target)));
      await fs.symlink(target, path);
    },
    async read(key, range) {
      const path = pathOf(key);
      await ready();
      const file = mustExist(await lookTwice(fs, root, path, () => fs.open(path, 'r')));
      return file.createReadStream(range ?? {});
    },
    async freeBytes() {
      await ready();
      const { bavail, bsize } = await fs.statfs(root);
      return bavail * bsize;
    },
    async check() {
      await ready();
      await fs.stat(root);
    },
    async stat(key) {
      const path = pathOf(key);
      await ready();
      return lookTwice(fs, root, path, () => statObject(fs, path, key));
    },
    async remove(key) {
      const path = pathOf(key);
      await ready();
      await fs.rm(path, { force: true });
      await removeEmptyFolders(fs, root, dirname(path));
    },
    async *list(after) {
      await ready();
      const { mtime } = await fs.stat(join(root, MARKER));
      for await (const object of listFiles(fs, root, after))
        yield { ...object, inherited: object.modified < mtime };
    },
    signedUrl: async () => undefined,
  };
}

/** Path of an object of a root. */
export function pathIn(root: string, key: string): string {
  return join(root, ...objectKey(...key.split('/')).split('/'));
}

/** The file system of a root, and a check before each use that the root is made, or mounted. */
export function openRoot({ root, role, own, files = NODE_FILES }: FolderOptions) {
  const fs = retryingStale(files);
  const made = lazy(async () => {
    await fs.mkdir(root, { recursive: true });
    await markRoot(root, role);
  });
  return { fs, ready: own ? made : () => mustBeMounted(root, fs) };
}

/** @returns the file's size in bytes, and its identity, by which it is recognized after a rename */
async function write(
  fs: Files,
  path: string,
  source: Readable | string,
): Promise<{ size: number; inode: bigint }> {
  const file = await (typeof source === 'string' ? moved(fs, source, path) : fs.open(path, 'wx'));
  try {
    if (typeof source !== 'string') await file.writeFile(source);
    await file.sync();
    const { size, ino } = await file.stat({ bigint: true });
    return { size: Number(size), inode: ino };
  } finally {
    await file.close();
  }
}

async function moved(fs: Files, from: string, to: string): Promise<FileHandle> {
  try {
    await fs.rename(from, to);
  } catch (error) {
    if (!isErrno(error, 'EXDEV')) throw error;
    await fs.copyFile(from, to);
  }
  return fs.open(to, 'r+');
}

/**
 * ENOENT has two harmless causes. A concurrent removal may remove the folder between its making and the rename, so it
 * is made again. And an NFS client that lost a server's answer repeats a rename that is done: the file is in its place.
 */
export async function moveInto(fs: Files, from: string, to: string, inode: bigint, tries = 3): Promise<void> {
  await fs.mkdir(dirname(to), { recursive: true });
  try {
    await fs.rename(from, to);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    if (await isInode(fs, to, inode)) return;
    if (tries === 1) throw error;
    await moveInto(fs, from, to, inode, tries - 1);
  }
}

async function isInode(fs: Files, path: string, inode: bigint): Promise<boolean> {
  const file = await fs.open(path, 'r').catch(undefinedFor('ENOENT'));
  if (!file) return false;
  try {
    return (await file.stat({ bigint: true })).ino === inode;
  } finally {
    await file.close();
  }
}

/** A rename is durable only after its folder is synced; some file systems can't sync a folder, and need not. */
export async function syncFolder(fs: Files, path: string): Promise<void> {
  let folder: FileHandle | undefined;
  try {
    folder = await fs.open(path, 'r');
    await folder.sync();
  } catch (error) {
    if (!['EINVAL', 'EISDIR', 'EPERM'].some((code) => isErrno(error, code))) throw error;
  } finally {
    await folder?.close();
  }
}

/**
 * Looks twice for a file, and returns undefined if there is none. NFS is close-to-open, so an entry that another machine
 * made may be hidden for a minute by the client's cache of the folder; if the parent folders are opened, the client asks the
 * server (nfs(5)). Measured between two mounts of NFS 4.2 (Linux 6.1): a plain stat missed 50 of 50 new files that it had
 * looked for before; this function missed none.
 */
async function lookTwice<T>(
  fs: Files,
  root: string,
  path: string,
  look: () => Promise<T>,
): Promise<T | undefined> {
  const lookAgain = async () => {
    await openFolders(fs, root, dirname(path));
    return look();
  };
  return (await look().catch(undefinedFor('ENOENT'))) ?? (await lookAgain().catch(undefinedFor('ENOENT')));
}

function mustExist<T>(found: T | undefined): T {
  if (found === undefined) throw new AppError('not_found', 'There is no such file.');
  return found;
}

async function openFolders(fs: Files, root: string, folder: string): Promise<void> {
  const parts = relative(root, folder).split(sep);
  for (let depth = 0; depth <= parts.length; depth++) {
    await (await fs.opendir(join(root, ...parts.slice(0, depth)))).close();
  }
}

async function statObject(fs: Files, path: string, key: string): Promise<StoredObject> {
  const { size, mtime } = await fs.stat(path);
  return { key, size, modified: mtime };
}

/** Folders are no objects: a folder that a removal leaves empty is removed as well, unless another write just used it. */
async function removeEmptyFolders(fs: Files, root: string, folder: string): Promise<void> {
  if (!folder.startsWith(root + sep)) return;
  try {
    await fs.rmdir(folder);
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'ENOENT'].some((code) => isErrno(error, code))) return;
    throw error;
  }
  await removeEmptyFolders(fs, root, dirname(folder));
}
