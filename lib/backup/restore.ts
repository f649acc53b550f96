import type { DatabaseLoad, DumpedTable } from '../ports/backup.ts';
import { objectKey } from '../ports/object-key.ts';
import type { Storage } from '../ports/storage.ts';
import { AppError } from '../runtime/errors.ts';
import { type ArchiveEntry, jsonOf, readArchive, readText } from './archive-reader.ts';
import { type DatabaseIndex, INDEX, invalidBackup, MANIFEST, type Manifest } from './format.ts';

export interface RestoreDependencies {
  load: DatabaseLoad;
  originals: Files;
  results: Files;
}

/** The part of a storage that a restore needs. */
type Files = Pick<Storage, 'put' | 'remove' | 'list'>;

export interface RestoreReport {
  /** Time of the backup. */
  createdAt: string;
  files: number;
  /** Of the files. */
  bytes: number;
}

/**
 * Restores a backup into an empty installation: all of it or nothing. The file is read twice: the first time, only its
 * checksums and names are checked, so that a damaged file changes nothing. Throws `not_empty` and `invalid_backup`.
 */
export async function restoreBackup(parts: RestoreDependencies, path: string): Promise<RestoreReport> {
  await mustBeEmpty(parts);
  await checkBackup(path);
  const stored: (() => Promise<void>)[] = [];
  try {
    return await restoreEntries(parts, path, stored);
  } catch (error) {
    await parts.load.abort();
    for (const remove of stored) await remove();
    throw error;
  }
}

/** Reads a whole backup. Throws `invalid_backup` for a file from which nothing is to be restored. */
async function checkBackup(path: string): Promise<Manifest> {
  let manifest: Manifest | undefined;
  let hasIndex = false;
  for await (const entry of readArchive(path)) {
    if (!manifest) manifest = await manifestOf(entry);
    else if (entry.name === 'database/index.json') hasIndex = true;
    else placeOf(entry.name);
  }
  if (!manifest || !hasIndex) throw invalidBackup('it has no database');
  return manifest;
}

async function mustBeEmpty({ originals, results }: RestoreDependencies): Promise<void> {
  for (const storage of [originals, results])
    for await (const { key } of storage.list()) {
      const sentence = `There are files already, such as ${JSON.stringify(key)}. A backup is restored into empty folders.`;
      throw new AppError('not_empty', sentence);
    }
}

async function restoreEntries(
  parts: RestoreDependencies,
  path: string,
  stored: (() => Promise<void>)[],
): Promise<RestoreReport> {
  const { load } = parts;
  const report = { createdAt: '', files: 0, bytes: 0 };
  let index: DatabaseIndex | undefined;
  for await (const entry of readArchive(path)) {
    if (report.createdAt === '') {
      const { createdAt, migrations } = await manifestOf(entry);
      report.createdAt = createdAt;
      await load.begin(migrations);
    } else if (entry.name === 'database/index.json') index = await indexOf(entry);
    else {
      const place = placeOf(entry.name);
      if ('table' in place) await load.copy(tableOf(index, place.table), entry.content);
      else {
        const storage = parts[place.root];
        stored.push(() => storage.remove(place.key));
        await storage.put(place.key, entry.content);
        report.files += 1;
        report.bytes += entry.size;
      }
    }
  }
  if (!index) throw invalidBackup('it has no database');
  await load.finish(index);
  return report;
}

/** Place of an entry that is no list: a key of a storage, or a table. */
function placeOf(name: string): { root: 'originals' | 'results'; key: string } | { table: string } {
  const [first, ...rest] = name.split('/');
  if (first === 'database' && rest[0] !== undefined) return { table: rest[0] };
  if (first === 'originals' || first === 'results')
    try {
      return { root: first, key: objectKey(...rest) };
    } catch (error) {
      throw invalidBackup('a file in it has a path that leaves its folder', error);
    }
  throw invalidBackup('its entries have another order');
}

async function manifestOf({ name, size, content }: ArchiveEntry): Promise<Manifest> {
  const text = name === 'manifest.json' ? await readText(content, size) : '';
  const parsed = MANIFEST.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw invalidBackup('it does not begin as a backup of this program');
}

async function indexOf({ size, content }: ArchiveEntry): Promise<DatabaseIndex> {
  const parsed = INDEX.safeParse(jsonOf(await readText(content, size)));
  if (parsed.success) return parsed.data;
  throw invalidBackup('its list of tables has another form');
}

function tableOf(index: DatabaseIndex | undefined, name: string): DumpedTable {
  const table = index?.tables.find((one) => one.name === name);
  if (table) return table;
  throw invalidBackup('it has rows of a table that it does not list');
}
