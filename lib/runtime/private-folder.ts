import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isErrno } from './errors.ts';

/**
 * Makes a folder, and those above it, by default with access for this user only. An existing folder is no error. Throws the
 * error of the system.
 * mkdir's own `recursive` never returns if a folder can't contain others, as under /proc (tried on Node 24).
 * @param path absolute
 */
export async function makeFolder(path: string, mode = 0o700): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return;
    if (!isErrno(error, 'ENOENT') || path === dirname(path)) throw error;
    await makeFolder(dirname(path), mode);
    await mkdirAgain(path, mode);
  }
}

/** Another process may have made the folder meanwhile. */
async function mkdirAgain(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  }
}
