import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isErrno, undefinedFor } from './errors.ts';
import { makeFolder } from './private-folder.ts';

/**
 * Content of a small secret file, which is made on first use and which only its owner can read. The file is complete
 * or missing: a process that is killed meanwhile leaves no empty secret. Processes that make it at the same time
 * get the same value.
 */
export async function secretFile(path: string, make: () => string | Promise<string>): Promise<string> {
  const existing = await readFile(path, 'utf8').catch(undefinedFor('ENOENT'));
  if (existing !== undefined) return existing;
  await makeFolder(dirname(path));
  const partial = `${path}.${randomUUID()}`;
  try {
    await writeFile(partial, await make(), { mode: 0o600, flush: true });
    await publish(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  return readFile(path, 'utf8');
}

/** Replaces the content at once: a reader gets the old or the new one. */
export async function replaceSecretFile(path: string, content: string): Promise<void> {
  const partial = `${path}.${randomUUID()}`;
  try {
    await writeFile(partial, content, { mode: 0o600, flush: true });
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
}

/** A hard link never replaces the file of another process; a rename does, and is for file systems without hard links. */
async function publish(partial: string, path: string): Promise<void> {
  try {
    await link(partial, path);
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return;
    await rename(partial, path);
  }
}
