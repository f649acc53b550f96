import { link, mkdir, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Adoption, Storage } from '../../ports/storage.ts';
import { isErrno } from '../../runtime/errors.ts';
import { pathIn } from './nfs.ts';

export interface FolderAdoptionOptions {
  /** Roots, absolute. */
  roots: { originals: string; results: string };
  originals: Storage;
  results: Storage;
}

/** Adoption between two folders: a hard link, which costs nothing, or a copy if the folders are different exports. */
export function createFolderAdoption({ roots, originals, results }: FolderAdoptionOptions): Adoption {
  return {
    async adopt(from, to) {
      const size = (await originals.stat(from))?.size;
      // Throws while the share is not mounted; a link would not detect this.
      await results.stat(to);
      const linked =
        size !== undefined && (await tryLink(pathIn(roots.originals, from), pathIn(roots.results, to)));
      return linked ? size : results.put(to, await originals.read(from));
    },
  };
}

/** @returns false if links between the two folders are not possible */
async function tryLink(from: string, to: string): Promise<boolean> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return replace(from, to);
    if (['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK'].some((code) => isErrno(error, code))) return false;
    throw error;
  }
}

/** The existing file is from an earlier try, and may already be the same file. */
async function replace(from: string, to: string): Promise<boolean> {
  const [source, target] = await Promise.all([from, to].map((path) => stat(path, { bigint: true })));
  if (source?.ino === target?.ino && source?.dev === target?.dev) return true;
  await unlink(to);
  return tryLink(from, to);
}
