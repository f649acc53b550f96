import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isErrno } from '../runtime/errors.ts';

const run = promisify(execFile);

const SOURCES = ['go.mod', 'go.sum', 'pstest/main.go'];
/** Folder of built programs. It is kept between runs. */
export const FOLDER = join(import.meta.dirname, '..', '..', '.build', 'emulators');

/** Paths of the two emulators' programs. */
export interface EmulatorPrograms {
  storage: string;
  pubsub: string;
}

/**
 * Builds the emulators with Go from its module proxy, in the versions of go.sum, unless they are built already.
 * Returns undefined if there is no Go, or if it can't build them: without a network, or because it is too old.
 */
export async function buildEmulators(): Promise<EmulatorPrograms | undefined> {
  const programs = { storage: join(FOLDER, 'fake-gcs-server'), pubsub: join(FOLDER, 'pstest') };
  const stamp = join(FOLDER, 'built-from');
  const sources = await hashOf(SOURCES);
  if ((await read(stamp)) === sources) return programs;
  try {
    await mkdir(FOLDER, { recursive: true });
    const packages = ['github.com/fsouza/fake-gcs-server', './pstest'];
    const args = ['build', '-mod=readonly', '-buildvcs=false', '-o', `${FOLDER}/`, ...packages];
    await run('go', args, { cwd: import.meta.dirname });
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) console.warn(`      Go could not build the emulators: ${error}`);
    return undefined;
  }
  await writeFile(stamp, sources);
  return programs;
}

async function hashOf(names: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const name of names) hash.update(await readFile(join(import.meta.dirname, name)));
  return hash.digest('hex');
}

/** Reads a file; undefined if there is none. */
export async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
