import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { isErrno } from '../../runtime/errors.ts';
import { reasonOf } from '../files/file-errors.ts';

/** A file to convert. */
export interface Input {
  /** As the person wrote it, with the rest of the path for a file in a folder. */
  path: string;
  /** Folders between the given folder and the file; empty for a given file. */
  folders: readonly string[];
  size: number;
  atime: Date;
  mtime: Date;
}

/** A file or folder that could not be read. */
export interface Unreadable {
  path: string;
  reason: string;
}

export type Found = Input | Unreadable;

/** Extensions of files with sound; in a folder, others are left alone. */
const AUDIO = new Set(
  (
    '3g2 3gp aa3 aac ac3 ac4 adts aif aifc aiff alac amr ape au avi caf dff dsf dts dtshd eac3 flac flv gsm m2ts m4a m4b m4r m4v ' +
    'mka mkv mlp mov mp1 mp2 mp3 mp4 mpa mpc mpeg mpg mts oga ogg ogv oma opus qoa ra rf64 rm shn snd spx tak thd truehd ts tta voc ' +
    'vob w64 wav wave webm wma wmv wv'
  ).split(' '),
);

export interface InputOptions {
  /** Folder of the results: what is in it is no original, unless it was given itself. */
  out: string | undefined;
}

/**
 * Finds files one by one, in the order of the arguments and of their names. Links are followed, but no folder is looked at twice.
 * Hidden files and files without sound by their extension are left out of folders.
 */
export async function* findInputs(
  paths: readonly string[],
  { out }: InputOptions,
): AsyncGenerator<Found, void, undefined> {
  const seen = new Set<string>();
  const given = new Set(paths.map((path) => resolve(path)));
  const results = out === undefined || given.has(resolve(out)) ? undefined : resolve(out);
  const roots = rootNames(paths);
  for (const [index, path] of paths.entries())
    yield* look(path, true, { seen, results, folders: [roots[index] ?? ''].filter(Boolean) });
}

interface Look {
  seen: Set<string>;
  results: string | undefined;
  folders: readonly string[];
}

async function* look(path: string, isGiven: boolean, how: Look): AsyncGenerator<Found, void, undefined> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) yield* lookInto(path, `${found.dev}:${found.ino}`, how);
    else if (found.isFile()) {
      const { size, atime, mtime } = found;
      yield { path, folders: isGiven ? [] : how.folders, size, atime, mtime };
    } else if (isGiven) yield { path, reason: 'It is neither a file nor a folder.' };
  } catch (error) {
    // A link in a folder that leads nowhere, or in a circle, is no file.
    if (!isGiven && (isErrno(error, 'ENOENT') || isErrno(error, 'ELOOP'))) return;
    yield { path, reason: reasonOf(error) };
  }
}

async function* lookInto(
  path: string,
  id: string,
  { seen, results, folders }: Look,
): AsyncGenerator<Found, void, undefined> {
  if (seen.has(id)) return;
  seen.add(id);
  const entries = await readdir(path, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const below = join(path, entry.name);
    if (entry.name.startsWith('.') || resolve(below) === results) continue;
    if (entry.isFile() && !isAudio(entry.name)) continue;
    if (entry.isDirectory() || entry.isSymbolicLink()) {
      const target = await stat(below).catch(() => undefined);
      if (target?.isFile() && !isAudio(entry.name)) continue;
      const inside = target?.isDirectory() ? [...folders, entry.name] : folders;
      yield* look(below, false, { seen, results, folders: inside });
    } else yield* look(below, false, { seen, results, folders });
  }
}

function isAudio(name: string): boolean {
  return AUDIO.has(extname(name).slice(1).toLowerCase());
}

/** Several given folders keep their names, and one alone does not: its content goes into the folder of the results. */
function rootNames(paths: readonly string[]): readonly string[] {
  if (paths.length < 2) return [''];
  const counts = new Map<string, number>();
  return paths.map((path) => {
    const name = basename(resolve(path));
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}
