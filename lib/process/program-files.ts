import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { linkingOf } from './linked-libraries.ts';

const run = promisify(execFile);

/** Files and folders that a program needs to start. */
export interface ProgramFiles {
  read: readonly string[];
  /** What it may run, which it may also read. */
  run: readonly string[];
  /** Whether it starts other programs. */
  forks: boolean;
}

/** Folders in which dynamic loaders look for libraries, their list of all libraries, and the links by which Debian chooses some. */
const LIBRARIES = [
  '/lib',
  '/lib64',
  '/usr/lib',
  '/usr/lib64',
  '/usr/local/lib',
  '/etc/ld.so.cache',
  '/etc/alternatives',
];

/** Folders of a script's interpreter and of the programs that it calls. */
const PROGRAMS = ['/bin', '/sbin', '/usr', '/lib', '/lib64', '/opt', '/etc/alternatives'];

const known = new Map<string, Promise<ProgramFiles>>();

/**
 * Finds the files that a program needs to start: none but itself if it is static, and its loader and the folders of its libraries
 * if it is dynamic. A script may read and run all programs of the system.
 * @param program absolute path
 */
export function filesOf(program: string): Promise<ProgramFiles> {
  let files = known.get(program);
  if (!files) {
    files = lookInto(program);
    files.catch(() => known.delete(program));
    known.set(program, files);
  }
  return files;
}

async function lookInto(program: string): Promise<ProgramFiles> {
  const linking = await linkingOf(program);
  if (!linking)
    return {
      read: [],
      run: [...PROGRAMS.filter(existsSync), program, ...interpreter(await firstLine(program))],
      forks: true,
    };
  if (linking.loader === undefined) return { read: [], run: [program], forks: false };
  const folders = new Set([...LIBRARIES.filter(existsSync), ...(await foldersOf(program))]);
  return { read: [...folders], run: [program, linking.loader], forks: false };
}

/** Folders of the libraries, which glibc's loader prints instead of running the program; musl's ignores the variable. */
async function foldersOf(program: string): Promise<string[]> {
  const options = { timeout: 20_000, env: { LD_TRACE_LOADED_OBJECTS: '1' } };
  const { stdout } = await run(program, ['-version'], options).catch(() => ({ stdout: '' }));
  const paths = stdout.matchAll(/ => (\/\S+) \(0x/g);
  return [...new Set(Array.from(paths, ([, path = '']) => dirname(path)))].filter(isApart);
}

function isApart(folder: string): boolean {
  return !LIBRARIES.some((one) => folder === one || folder.startsWith(`${one}/`));
}

async function firstLine(program: string): Promise<string> {
  const file = await open(program);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(256), 0, 256, 0);
    return buffer.toString('latin1', 0, bytesRead).split('\n')[0] ?? '';
  } finally {
    await file.close();
  }
}

function interpreter(line: string): string[] {
  const path = /^#! *(\/\S+)/.exec(line)?.[1];
  return path !== undefined && existsSync(path) ? [path] : [];
}
