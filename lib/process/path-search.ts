import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/**
 * Possible paths of a program, in the order of the folders.
 * @param path folders, as in the variable PATH
 */
export function onPath(name: string, path: string): string[] {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name));
}

/** Absolute path of a program; the name as it is if no folder has it, for which a start then fails. */
export function findProgram(name: string, path: string): string {
  if (isAbsolute(name)) return name;
  return onPath(name, path).find(isExecutable) ?? name;
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
