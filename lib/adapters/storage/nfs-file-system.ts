import type { Dir, Dirent, Stats, StatsFs } from 'node:fs';
import {
  copyFile,
  type FileHandle,
  mkdir,
  open,
  opendir,
  readdir,
  rename,
  rm,
  rmdir,
  stat,
  statfs,
  symlink,
} from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { isErrno } from '../../runtime/errors.ts';

/** Calls of the file system that a folder storage needs. */
export interface Files {
  copyFile(from: string, to: string): Promise<void>;
  mkdir(path: string, options: { recursive: true }): Promise<unknown>;
  open(path: string, flags: string): Promise<FileHandle>;
  opendir(path: string): Promise<Dir>;
  /** All entries, with their kinds. */
  readdir(path: string): Promise<Dirent[]>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { force: true }): Promise<void>;
  rmdir(path: string): Promise<void>;
  stat(path: string): Promise<Stats>;
  statfs(path: string): Promise<StatsFs>;
  symlink(target: string, path: string): Promise<void>;
}

/** The calls of Node.js. */
export const NODE_FILES: Files = {
  copyFile,
  mkdir,
  open,
  opendir,
  rename,
  rm,
  rmdir,
  stat,
  statfs,
  symlink,
  readdir: (path) => readdir(path, { withFileTypes: true }),
};

/** Milliseconds before each further try. */
const PAUSES = [10, 50, 250];

/**
 * Repeats calls that fail with ESTALE: an NFS client caches handles of files and folders that another machine has
 * replaced or removed since. Each call resolves its path again, and so finds the current file.
 */
export function retryingStale(files: Files): Files {
  return {
    copyFile: (from, to) => retry(() => files.copyFile(from, to)),
    mkdir: (path, options) => retry(() => files.mkdir(path, options)),
    open: (path, flags) => retry(() => files.open(path, flags)),
    opendir: (path) => retry(() => files.opendir(path)),
    readdir: (path) => retry(() => files.readdir(path)),
    rename: (from, to) => retry(() => files.rename(from, to)),
    rm: (path, options) => retry(() => files.rm(path, options)),
    rmdir: (path) => retry(() => files.rmdir(path)),
    stat: (path) => retry(() => files.stat(path)),
    statfs: (path) => retry(() => files.statfs(path)),
    symlink: (target, path) => retry(() => files.symlink(target, path)),
  };
}

async function retry<T>(call: () => Promise<T>, pauses = PAUSES): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const [pause, ...rest] = pauses;
    if (pause === undefined || !isErrno(error, 'ESTALE')) throw error;
    await setTimeout(pause);
    return retry(call, rest);
  }
}
