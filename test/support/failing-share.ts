import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { newFolder } from './folders.ts';

const run = promisify(execFile);

/** A small disk in memory that is mounted as a share, and fails as one does. */
export interface FailingShare {
  /** Mount point. */
  folder: string;
  /** Leaves no free byte on the disk, for so many milliseconds. */
  fill(milliseconds: number): Promise<void>;
  /** Mounts the share without the right to write, for so many milliseconds. */
  makeReadOnly(milliseconds: number): Promise<void>;
  /** Takes the mount away, so that an empty folder is in its place, for so many milliseconds. */
  unmount(milliseconds: number): Promise<void>;
  /** Ends everything. @returns files that were written into the folder while nothing was mounted there */
  remove(): Promise<string[]>;
}

/** Tries to make a full disk while others write to it. */
const TRIES = 100;

/** Undefined where this user can't mount. @param bytes size of the disk; it takes memory only for what it holds */
export async function failingShare(bytes: number): Promise<FailingShare | undefined> {
  const base = await newFolder();
  const [disk, folder] = [join(base, 'disk'), join(base, 'share')];
  await Promise.all([mkdir(disk), mkdir(folder)]);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=755`, 'tonemill-chaos', disk]);
  } catch {
    await rm(base, { recursive: true });
    return undefined;
  }
  const bind = () => run('mount', ['--bind', disk, folder]);
  // Files that are open stay so, as on a share.
  const unbind = () => run('umount', ['--lazy', folder]);
  await bind();
  return {
    folder,
    async fill(milliseconds) {
      await shrink(disk);
      await setTimeout(milliseconds);
      await resize(disk, bytes);
    },
    async makeReadOnly(milliseconds) {
      await bind();
      await run('mount', ['-o', 'remount,bind,ro', folder]);
      await setTimeout(milliseconds);
      await unbind();
    },
    async unmount(milliseconds) {
      await unbind();
      await setTimeout(milliseconds);
      await bind();
    },
    async remove() {
      await unbind();
      const strays = await readdir(folder, { recursive: true });
      await run('umount', ['--lazy', disk]);
      await rm(base, { recursive: true });
      return strays;
    },
  };
}

/** Makes the disk as small as its files, which fails if some are added meanwhile. */
async function shrink(disk: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const { blocks, bfree, bsize } = await statfs(disk);
    try {
      return await resize(disk, (blocks - bfree) * bsize);
    } catch (error) {
      if (tries === TRIES) throw error;
    }
  }
}

async function resize(disk: string, bytes: number): Promise<void> {
  await run('mount', ['-o', `remount,size=${bytes}`, disk]);
}
