import { rmSync } from 'node:fs';
import { rename, rmdir, utimes } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { makeFolder } from '../../runtime/private-folder.ts';
import { createWorkspaces } from '../../runtime/working-folders.ts';
import { whenExiting } from '../terminal/stop.ts';
import { folderRefused } from '../terminal/write-errors.ts';

/** Folder of unfinished files, next to the finished ones, so that a rename publishes them. */
const PARTIAL_FOLDER = '.tonemill-partial';

/** Rights of a new folder, less those that umask takes. */
const OPEN = 0o777;

/** Number of unfinished files in each folder of this process. */
const using = new Map<string, number>();

/**
 * Makes a file that appears under its name when it is complete, and replaces one that is there.
 * @param make writes the file into an empty folder, and answers its path there
 * @param times of the original, which the file gets
 */
export async function publishFile(
  target: string,
  make: (folder: string) => Promise<string>,
  times?: { atime: Date; mtime: Date },
): Promise<void> {
  const root = join(resolve(dirname(target)), PARTIAL_FOLDER);
  await enter(root);
  try {
    await createWorkspaces(root).use(async (folder) => {
      const forget = whenExiting(() => rmSync(folder, { recursive: true, force: true }));
      try {
        const made = await make(folder);
        if (times) await utimes(made, times.atime, times.mtime);
        await rename(made, target);
      } finally {
        forget();
      }
    });
  } finally {
    await leave(root);
  }
}

/** The first one removes what processes left that were killed. */
async function enter(root: string): Promise<void> {
  const count = using.get(root) ?? 0;
  using.set(root, count + 1);
  try {
    await makeFolder(root, OPEN);
  } catch (error) {
    await leave(root);
    throw folderRefused(dirname(root), error);
  }
  if (count === 0) await createWorkspaces(root).clearDead();
}

/** The last one removes the folder, unless another process uses it. */
async function leave(root: string): Promise<void> {
  const count = (using.get(root) ?? 1) - 1;
  if (count > 0) return void using.set(root, count);
  using.delete(root);
  await rmdir(root).catch(() => undefined);
}
