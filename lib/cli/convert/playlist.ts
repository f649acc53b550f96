import { writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { publishFile } from '../files/partial-files.ts';
import { stemOf } from './output-paths.ts';

/** A result in a playlist. */
export interface Entry {
  path: string;
  /** Seconds; null if unknown. */
  duration: number | null;
}

/** Writes the results as an extended M3U playlist in UTF-8, with paths relative to its folder. */
export async function writePlaylist(path: string, entries: readonly Entry[]): Promise<void> {
  await publishFile(path, async (folder) => {
    const partial = join(folder, 'playlist');
    await writeFile(partial, playlistOf(dirname(path), entries));
    return partial;
  });
}

/** A player takes a path that begins with `#` for a comment. */
function playlistOf(folder: string, entries: readonly Entry[]): string {
  const lines = entries.flatMap(({ path, duration }) => {
    const place = relative(folder, path);
    const seconds = duration === null ? -1 : Math.round(duration);
    return [`#EXTINF:${seconds},${stemOf(path)}`, place.startsWith('#') ? `./${place}` : place];
  });
  return ['#EXTM3U', ...lines, ''].join('\n');
}
