import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, type Stats } from 'node:fs';
import { lstat, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { undefinedFor } from '../runtime/errors.ts';
import { makeFolder } from '../runtime/private-folder.ts';
import { onPath } from './path-search.ts';

const run = promisify(execFile);

/** The source, and a program that was built of it beforehand: a bundle or a machine's installation puts it beside the code. */
const SOURCE = join(import.meta.dirname, 'launcher.c');
const BUILT = join(import.meta.dirname, 'launcher');

/** Folder of what npm scripts keep between runs. */
const CACHE = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'tonemill');

/** Names of a C compiler. */
const COMPILERS = ['cc', 'gcc', 'clang'];

/** Processors whose numbers of system calls the launcher knows. */
const PROCESSORS: ReadonlySet<string> = new Set(['x64', 'arm64']);

/** Path of the launcher, or the reason why there is none. */
export type FoundLauncher = { path: string; problem: undefined } | { path: undefined; problem: string };

/**
 * Finds the program that confines itself and becomes another one (launcher.c): built beforehand, built by an earlier start,
 * or built now, in a quarter of a second.
 * @param path folders of the compiler, as in PATH
 * @param folder private folder that takes the program if the folder of the packages can't
 */
export async function findLauncher(path: string, folder: string): Promise<FoundLauncher> {
  if (process.platform !== 'linux') return missing(`there is none for ${process.platform}`);
  if (!PROCESSORS.has(process.arch)) return missing(`there is none for ${process.arch}`);
  if (existsSync(BUILT)) return { path: BUILT, problem: undefined };
  const source = await readFile(SOURCE).catch(undefinedFor('ENOENT'));
  if (!source) return missing('neither the program nor its source is there');
  const name = `launcher-${createHash('sha256').update(source).digest('hex').slice(0, 16)}-${process.arch}`;
  const places = [join(CACHE, name), join(folder, name)];
  for (const place of places) {
    if (await isTrusted(place)) return { path: place, problem: undefined };
  }
  return build(path, places);
}

function missing(problem: string): FoundLauncher {
  return { path: undefined, problem };
}

/** Whether nobody but this user and root can have written a program. */
async function isTrusted(path: string): Promise<boolean> {
  const isOwn = (found: Stats) =>
    (found.uid === 0 || found.uid === process.getuid?.()) && (found.mode & 0o022) === 0;
  try {
    const [program, folder] = await Promise.all([lstat(path), lstat(dirname(path))]);
    return program.isFile() && isOwn(program) && folder.isDirectory() && isOwn(folder);
  } catch {
    return false;
  }
}

/** Builds at the first place that takes the program. */
async function build(path: string, places: readonly string[]): Promise<FoundLauncher> {
  let problem = 'there is no C compiler';
  for (const compiler of COMPILERS.flatMap((name) => onPath(name, path))) {
    for (const place of places) {
      try {
        await compile(compiler, place);
        if (await isTrusted(place)) return { path: place, problem: undefined };
        problem = `others can write to ${dirname(place)}`;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) problem = reason(error);
      }
    }
  }
  return missing(problem);
}

/** A static program starts faster, and needs no library inside; some systems have no static C library. */
async function compile(compiler: string, place: string): Promise<void> {
  await makeFolder(dirname(place));
  const partial = `${place}-${randomUUID()}`;
  const flags = ['-O2', '-o', partial, SOURCE];
  const build = (...more: string[]) => run(compiler, [...more, ...flags], { timeout: 20_000 });
  try {
    await build('-static').catch(() => build());
    await rename(partial, place);
  } finally {
    await rm(partial, { force: true });
  }
}

function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `it can't be built (${message.trim().split('\n').at(-1)})`;
}
