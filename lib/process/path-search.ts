import { delimiter, join } from 'node:path';

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
