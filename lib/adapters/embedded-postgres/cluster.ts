import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { chown, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { AppError, isErrno } from '../../runtime/errors.ts';
import { secretFile } from '../../runtime/secret-file.ts';
import { type Owner, postgresBinaries, SHARED_ROOT, serverOwner } from './binaries.ts';
import { recordDataFolder } from './removed-clusters.ts';

const run = promisify(execFile);

/** The databases of one server on disk, and the settings to serve them. */
export interface Cluster {
  /** Folder of initdb and postgres. */
  bin: string;
  /** PGDATA. */
  folder: string;
  /** Password of the superuser `tonemill`. */
  password: string;
  /** The user of the server, if this process is root. */
  owner: Owner | undefined;
}

/** The whole environment of PostgreSQL: no locale, no PG* variable, no secret. */
export const ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * Opens the cluster of a data folder, and makes it the first time. Only one process may call this at a time.
 * @param data an existing folder, by its real path
 * Throws `misconfigured` if it cannot be made, with the output of initdb as cause.
 */
export async function openCluster(data: string): Promise<Cluster> {
  const owner = await serverOwner();
  const bin = await postgresBinaries(owner);
  const password = await secretFile(join(data, 'password'), () => randomBytes(24).toString('hex'));
  const folder = await clusterFolder(data, owner);
  const cluster = { bin, folder, password, owner };
  if (await exists(join(folder, 'PG_VERSION'))) return cluster;
  try {
    await initialise(cluster);
    return cluster;
  } catch (cause) {
    const sentence = `The database can't be made in ${dirname(folder)}. Check free space and access rights.`;
    throw new AppError('misconfigured', sentence, { cause });
  }
}

/** Root keeps clusters in a folder that the unprivileged owner can reach; a data folder made again gets a new cluster. */
async function clusterFolder(data: string, owner: Owner | undefined): Promise<string> {
  const path = join(data, 'cluster');
  if (!owner) return path;
  if (!(await isFolder(path))) {
    const name = await secretFile(path, randomUUID);
    await recordDataFolder(SHARED_ROOT, name, data);
    return join(SHARED_ROOT, name);
  }
  throw new AppError('misconfigured', `${path} was made by another user than root. Start as that user.`);
}

/** Runs initdb next to the final place and renames its folder, so that a killed process leaves no incomplete cluster. */
async function initialise(cluster: Cluster): Promise<void> {
  await removePartial(cluster.folder);
  const partial = `${cluster.folder}.${randomUUID()}`;
  const secret = `${partial}.password`;
  try {
    await mkdir(partial, { mode: 0o700 });
    await writeFile(secret, cluster.password, { mode: 0o600 });
    if (cluster.owner)
      for (const path of [partial, secret]) await chown(path, cluster.owner.uid, cluster.owner.gid);
    await initdb(cluster, partial, secret);
    await rename(partial, cluster.folder);
  } finally {
    await rm(secret, { force: true });
    await rm(partial, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function initdb({ bin, owner }: Cluster, folder: string, secret: string): Promise<void> {
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--locale=C', '--builtin-locale=C.UTF-8'];
  const access = ['--auth=scram-sha-256', '--username=tonemill', `--pwfile=${secret}`];
  const args = [`--pgdata=${folder}`, ...locale, ...access];
  await run(join(bin, 'initdb'), args, { cwd: '/', env: ENVIRONMENT, timeout: 120_000, ...owner });
}

/**
 * Removes the remains of an initdb whose process was killed. That initdb may still be writing, so a remainder is no
 * error.
 */
async function removePartial(folder: string): Promise<void> {
  const parent = dirname(folder);
  for (const name of await readdir(parent)) {
    if (!name.startsWith(`${basename(folder)}.`)) continue;
    await rm(join(parent, name), { recursive: true, force: true, maxRetries: 5 }).catch((error: unknown) => {
      if (!isErrno(error, 'ENOTEMPTY')) throw error;
    });
  }
}

async function exists(path: string): Promise<boolean> {
  return (await kind(path)) !== undefined;
}

async function isFolder(path: string): Promise<boolean> {
  return (await kind(path))?.isDirectory() ?? false;
}

async function kind(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
