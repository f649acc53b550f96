import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import type { StoredObject } from '../../ports/storage.ts';
import { undefinedFor } from '../../runtime/errors.ts';
import type { Files } from './nfs-file-system.ts';
import { MARKER } from './nfs-marker.ts';

/** Names of a root that are kept in memory at once; a root has one folder for each task. */
const BATCH = 10_000;

/**
 * Lists the files under a root in the order of their paths, part by part; only those after the key `after`, if it is given.
 * A folder's entries come in no order, so each batch of names is one pass over the root, which keeps the lowest names.
 */
export async function* listFiles(
  fs: Files,
  root: string,
  after: string | undefined,
): AsyncGenerator<StoredObject> {
  const [first = '', ...rest] = after?.split('/') ?? [];
  for await (const entry of entriesFrom(fs, root, first)) {
    if (entry.name === MARKER) continue;
    yield* filesOf(fs, root, entry, entry.name, entry.name === first ? rest : undefined);
  }
}

/** @param after parts of a path below the entry, all of which have been listed; undefined: none has */
async function* filesOf(
  fs: Files,
  root: string,
  entry: Dirent,
  key: string,
  after: readonly string[] | undefined,
): AsyncGenerator<StoredObject> {
  if (!entry.isDirectory()) {
    if (after?.length === 0) return;
    const found = await fs.stat(join(root, key)).catch(undefinedFor('ENOENT'));
    if (found) yield { key, size: found.size, modified: found.mtime };
    return;
  }
  const [first = '', ...rest] = after ?? [];
  const entries = (await fs.readdir(join(root, key)).catch(undefinedFor('ENOENT'))) ?? [];
  for (const inner of entries.filter(({ name }) => name >= first).sort(byName))
    yield* filesOf(fs, root, inner, `${key}/${inner.name}`, inner.name === first ? rest : undefined);
}

/** Entries of the root in the order of their names, from `first` on. */
async function* entriesFrom(fs: Files, root: string, first: string): AsyncGenerator<Dirent> {
  let isWanted = (name: string) => name >= first;
  for (;;) {
    const batch = await lowest(fs, root, isWanted);
    yield* batch;
    const last = batch.at(-1);
    if (last === undefined || batch.length < BATCH) return;
    isWanted = (name) => name > last.name;
  }
}

/** The first `BATCH` entries of the root by name, of those that are wanted. */
async function lowest(fs: Files, root: string, isWanted: (name: string) => boolean): Promise<Dirent[]> {
  const folder = await fs.opendir(root).catch(undefinedFor('ENOENT'));
  const kept: Dirent[] = [];
  for await (const entry of folder ?? []) {
    if (!isWanted(entry.name)) continue;
    kept.push(entry);
    if (kept.length >= 2 * BATCH) kept.sort(byName).splice(BATCH);
  }
  return kept.sort(byName).slice(0, BATCH);
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1;
}
