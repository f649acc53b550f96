import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, undefinedFor } from '../../runtime/errors.ts';
import type { Files } from './nfs-file-system.ts';

/** Name of the file that marks a root: a mount point whose mount is missing has none. */
export const MARKER = '.tonemill';

/** The use of a root. */
export type RootRole = 'originals' | 'results';

/**
 * Marks a folder as a root, once. Makes the folder if it is missing, but not its parent, which may be a mount.
 * @returns false if it was one already
 * Throws `misconfigured` if the folder can't be written to, or is the other root.
 */
export async function markRoot(root: string, role: RootRole): Promise<boolean> {
  try {
    await mkdir(root, { mode: 0o770 }).catch(undefinedFor('EEXIST'));
    if (await isMarked(root)) {
      await mustBeRoot(root, role);
      return false;
    }
    await writeMarker(root, role);
    return true;
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const sentence = `${root} can't become the root of the ${role}. The folder above it must be there, and this user must be able to write to it.`;
    throw new AppError('misconfigured', sentence, { cause });
  }
}

async function isMarked(root: string): Promise<boolean> {
  return (await stat(join(root, MARKER)).catch(undefinedFor('ENOENT'))) !== undefined;
}

/** Writes the file whole or not at all, since another machine may write it at the same time. */
async function writeMarker(root: string, role: RootRole): Promise<void> {
  const partial = join(root, `${MARKER}-${randomUUID()}`);
  try {
    await writeFile(partial, `${role}\n`, { flag: 'wx', flush: true });
    await rename(partial, join(root, MARKER));
  } finally {
    await rm(partial, { force: true });
  }
}

/** Checks a root at the start of a process. Throws `misconfigured` with a sentence for the operator. */
export async function mustBeRoot(root: string, role: RootRole): Promise<void> {
  const found = await readFile(join(root, MARKER), 'utf8').catch(undefinedFor('ENOENT'));
  if (found === undefined) {
    const sentence = `${root} is not the root of the ${role}: it has no file ${MARKER}. Mount the share; on a new one, run npm run init-share once.`;
    throw new AppError('misconfigured', sentence);
  }
  if (found.trim() !== role) {
    const sentence = `${root} is the root of the ${found.trim().slice(0, 20)}, and is configured as that of the ${role}. Correct NFS_ORIGINALS and NFS_RESULTS.`;
    throw new AppError('misconfigured', sentence);
  }
}

/** Checks a root at every use. Throws `unavailable` while its mount is missing. */
export async function mustBeMounted(root: string, files: Pick<Files, 'stat'>): Promise<void> {
  try {
    await files.stat(join(root, MARKER));
  } catch (cause) {
    throw new AppError('unavailable', 'The files are out of reach. Try again later.', { cause });
  }
}
