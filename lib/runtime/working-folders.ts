import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno, undefinedFor } from './errors.ts';

/** Makes private working folders, which are empty at first and are removed at the end. */
export interface Workspaces {
  /** Calls `work` with the absolute path of a folder, and removes the folder when `work` ends in any way. */
  use<T>(work: (folder: string) => Promise<T>): Promise<T>;
  /** Removes the folders of processes that died. */
  clearDead(): Promise<void>;
}

/** @param root absolute path of a folder that is made on first use */
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
    async clearDead() {
      const names = (await readdir(root).catch(undefinedFor('ENOENT'))) ?? [];
      const dead = names.filter((name) => !isAlive(Number.parseInt(name, 10)));
      await Promise.all(dead.map((name) => rm(join(root, name), { recursive: true, force: true })));
    },
  };
}

/** Whether the process exists. A pid that is not a number counts as alive. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid)) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isErrno(error, 'ESRCH');
  }
}
