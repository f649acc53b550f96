import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { z } from 'zod';
import { isErrno } from '../../runtime/errors.ts';
import { tryLock } from '../../runtime/file-lock.ts';

/** Name of a cluster in the shared root, and of its record. */
const CLUSTER = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The data folder of a cluster, and the view of the file system on which it exists. */
const RECORD = z.object({ data: z.string().startsWith('/'), device: z.number(), namespace: z.string() });

type DataFolder = z.output<typeof RECORD>;

/** Records the data folder of a cluster. Must be called before the cluster is made, and each time it is opened. */
export async function recordDataFolder(root: string, cluster: string, data: string): Promise<void> {
  const records = join(root, 'data-folders');
  await mkdir(records, { recursive: true, mode: 0o700 });
  const { dev: device } = await stat(data);
  const partial = join(records, `${cluster}.${process.pid}`);
  await writeFile(partial, JSON.stringify({ data, device, namespace: await namespace() }), { mode: 0o600 });
  await rename(partial, join(records, cluster));
}

/**
 * Removes the clusters whose data folder was removed. A cluster stays if it has no record, if a process uses it, or if its
 * data folder may only be hidden: another disk or none is mounted there now, a container has it, or it was renamed.
 * @param root folder in which root keeps clusters
 * @returns names of the removed clusters
 */
export async function removeClustersOfRemovedData(root: string): Promise<string[]> {
  const turn = tryLock(join(root, 'clean.lock'), 'exclusive');
  if (!turn) return [];
  const removed: string[] = [];
  try {
    for (const name of await namesIn(join(root, 'data-folders'))) {
      if (!CLUSTER.test(name) || !(await isRemoved(root, name)) || (await isInUse(join(root, name))))
        continue;
      await removeCluster(root, name);
      removed.push(name);
    }
  } finally {
    turn.release();
  }
  return removed;
}

async function isRemoved(root: string, cluster: string): Promise<boolean> {
  const record = await readRecord(join(root, 'data-folders', cluster));
  if (!record || record.namespace !== (await namespace()) || existsSync(record.data)) return false;
  const missing = firstMissing(record.data);
  const parent = dirname(missing);
  if ((await stat(parent)).dev !== record.device) return false;
  return !(await wasRenamed(parent, relative(missing, record.data), cluster));
}

async function readRecord(path: string): Promise<DataFolder | undefined> {
  try {
    return RECORD.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    // A record that can't be read proves nothing.
    if (error instanceof SyntaxError || error instanceof z.ZodError || isErrno(error, 'ENOENT'))
      return undefined;
    throw error;
  }
}

function firstMissing(path: string): string {
  const parent = dirname(path);
  return parent === path || existsSync(parent) ? path : firstMissing(parent);
}

/** Whether a folder next to the missing one contains a file that names the cluster. */
async function wasRenamed(parent: string, inside: string, cluster: string): Promise<boolean> {
  for (const name of await namesIn(parent)) {
    const text = await readFile(join(parent, name, inside, 'cluster'), 'utf8').catch(() => '');
    if (text === cluster) return true;
  }
  return false;
}

/** Whether a process works in the folder, or was started on it. Without /proc, every folder counts as used. */
async function isInUse(folder: string): Promise<boolean> {
  const pids = (await namesIn('/proc')).filter((name) => /^\d+$/.test(name));
  if (pids.length === 0) return true;
  const seen = await Promise.all(
    pids.map(async (pid) => {
      const [cwd, command] = await Promise.all([
        readlink(`/proc/${pid}/cwd`).catch(() => ''),
        readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
      ]);
      return [cwd, ...command.split(/[\0=]/)].some((path) => isWithin(path, folder));
    }),
  );
  return seen.includes(true);
}

/** Whether a path is the folder, a path in it, or a folder that initdb fills next to it. */
function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder + sep) || path.startsWith(`${folder}.`);
}

async function removeCluster(root: string, cluster: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (name === cluster || name.startsWith(`${cluster}.`)) await rm(join(root, name), { recursive: true });
  }
  await rm(join(root, 'data-folders', cluster));
}

/** Identifies this process's view of the file system: a container has other folders under the same names. */
async function namespace(): Promise<string> {
  return readlink('/proc/self/ns/mnt').catch(() => '');
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}
