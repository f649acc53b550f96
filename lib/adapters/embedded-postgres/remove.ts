import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno } from '../../runtime/errors.ts';
import { SHARED_ROOT } from './binaries.ts';
import { stopServer } from './stop.ts';

/**
 * Stops the server of a data folder of the embedded PostgreSQL, and removes the folder and the cluster that root keeps
 * elsewhere. Throws `unavailable` if the server does not stop.
 */
export async function removeCluster(folder: string): Promise<void> {
  const path = join(folder, 'cluster');
  const name = process.getuid?.() === 0 ? await readName(path) : undefined;
  const cluster = name ? join(SHARED_ROOT, name) : path;
  await stopServer({ folder: cluster });
  await rm(cluster, { recursive: true, force: true });
  if (name) await rm(join(SHARED_ROOT, 'data-folders', name), { force: true });
  await rm(folder, { recursive: true, force: true });
}

/** Reads the name of one cluster and nothing else: an empty name would mean the root of all clusters. */
async function readName(path: string): Promise<string | undefined> {
  try {
    const name = await readFile(path, 'utf8');
    return /^[0-9a-f-]{36}$/.test(name) ? name : undefined;
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'EISDIR')) return undefined;
    throw error;
  }
}
