import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno, undefinedFor } from './errors.ts';

/** Makes private working folders, each empty at first and gone at the end. */
export interface Workspaces {
  /** Calls `work` with the absolute path of a folder that is removed when it ends, however it ends. */
  use<T>(work: (folder: string) => Promise<T>): Promise<T>;
  /** Opens an empty file for reading and writing that has no name, and so vanishes with its handle or process. */
  file(): Promise<FileHandle>;
  /** Removes the folders of processes that died. */
  clearDead(): Promise<void>;
}

/** @param root absolute path; it is made when it is first needed */
export function createWorkspaces(root: string): Workspaces {
  return {
    async use(work) {
      const folder = join(root, `${process.pid}-${randomUUID()}`);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      try {
        return await work(folder);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    async file() {
      const path = join(root, `${process.pid}-${randomUUID()}`);
      await mkdir(root, { recursive: true });
      const file = await open(path, 'wx+', 0o600);
      await rm(path, { force: true });
      return file;
    },
    async clearDead() {
      const names = (await readdir(root).catch(undefinedFor('ENOENT'))) ?? [];
      const dead = names.filter((name) => !isAlive(Number.parseInt(name, 10)));
      await Promise.all(dead.map((name) => rm(join(root, name), { recursive: true, force: true })));
    },
  };
}

/** Whether there is such a process; of what is no number, nobody knows. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid)) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isErrno(error, 'ESRCH');
  }
}
