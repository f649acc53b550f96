import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isErrno } from './errors.ts';

/**
 * Makes a folder for this user alone, with those above it; one that is there is fine. Throws what the system says.
 * mkdir's own `recursive` never returns where a folder can't hold others, as under /proc (tried on Node 24).
 * @param path absolute
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return;
    if (!isErrno(error, 'ENOENT') || path === dirname(path)) throw error;
    await makeFolder(dirname(path));
    await mkdirAgain(path);
  }
}

/** Another process may have made it in between. */
async function mkdirAgain(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  }
}
