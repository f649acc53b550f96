import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno } from '../runtime/errors.ts';
import type { ConsoleFile } from './console-bundle.ts';

/** Folder of the built console beside a deployed bundle; the sources have none. */
export const CONSOLE_FOLDER = 'console';

/** The files of the console: those of the deployed bundle, or bundled from the sources. */
export async function openConsole(): Promise<readonly ConsoleFile[]> {
  const folder = join(import.meta.dirname, CONSOLE_FOLDER);
  const names = await readdir(folder).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (names)
    return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })));
  const { bundledConsole } = await import('./console-bundle.ts');
  return bundledConsole();
}
