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

/** Between two folders: a hard link, which costs nothing, and a copy where the two are different exports. */
export function createFolderAdoption({ roots, originals, results }: FolderAdoptionOptions): Adoption {
  return {
    async adopt(from, to) {
      const size = (await originals.stat(from))?.size;
      // Throws while the share is not mounted, which a link would not notice.
      await results.stat(to);
      const linked =
        size !== undefined && (await tryLink(pathIn(roots.originals, from), pathIn(roots.results, to)));
      return linked ? size : results.put(to, await originals.read(from));
    },
  };
}

/** @returns false where links are not possible between the two */
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

/** What stands there is of an earlier try, and may be the same file already. */
async function replace(from: string, to: string): Promise<boolean> {
  const [source, target] = await Promise.all([from, to].map((path) => stat(path, { bigint: true })));
  if (source?.ino === target?.ino && source?.dev === target?.dev) return true;
  await unlink(to);
  return tryLink(from, to);
}
