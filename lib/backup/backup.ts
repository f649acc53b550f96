import { Readable } from 'node:stream';
import type { DatabaseSnapshot, DumpedTable } from '../ports/backup.ts';
import type { Clock } from '../ports/clock.ts';
import type { Storage } from '../ports/storage.ts';
import type { Task } from '../ports/tasks.ts';
import { hasCode } from '../runtime/errors.ts';
import { originalKey } from '../tasks/object-keys.ts';
import { hasOriginal, keysAmongResults } from '../tasks/tasks.ts';
import { isRefused } from '../uploads/object-finalized.ts';
import type { ArchiveWriter } from './archive-writer.ts';
import { type DatabaseIndex, type Manifest, PART_BYTES } from './format.ts';

export interface BackupDependencies {
  snapshot: DatabaseSnapshot;
  originals: Files;
  results: Files;
  clock: Clock;
}

/** The part of a storage that a backup needs. */
type Files = Pick<Storage, 'stat' | 'read'>;

/** What a backup holds. */
export interface BackupReport {
  tasks: number;
  files: number;
  /** Of the files. */
  bytes: number;
  /** Tasks that are left out, since their original was removed while the backup was made. */
  leftOut: number;
}

/**
 * Writes a backup while the service runs. The snapshot of the database comes first, then the files that it names, then its
 * rows: a task whose original went meanwhile is left out, and one whose result went is converted again after a restore. What
 * came after the snapshot is not in it.
 */
export async function writeBackup(parts: BackupDependencies, archive: ArchiveWriter): Promise<BackupReport> {
  const { snapshot, clock } = parts;
  const { migrations } = snapshot;
  const createdAt = clock.now().toISOString();
  const manifest: Manifest = {
    format: 'tonemill-backup',
    version: 1,
    createdAt,
    migrations: [...migrations],
  };
  await archive.addText('manifest.json', JSON.stringify(manifest));
  const report: BackupReport = { tasks: 0, files: 0, bytes: 0, leftOut: 0 };
  const [without, again] = [new Set<number>(), [] as number[]];
  const addFile = async (storage: Files, prefix: string, key: string) => {
    const size = await copyFile(archive, storage, { key, name: `${prefix}/${key}` });
    if (size === undefined) return false;
    report.files += 1;
    report.bytes += size;
    return true;
  };
  for await (const task of snapshot.tasks()) {
    const isThere = !needsOriginal(task) || (await addFile(parts.originals, 'originals', originalKey(task)));
    if (!isThere) {
      without.add(task.id);
      continue;
    }
    report.tasks += 1;
    const made = new Set(resultKeys(task));
    let isWhole = true;
    for (const key of keysAmongResults(task))
      if (!(await addFile(parts.results, 'results', key)) && made.has(key)) isWhole = false;
    if (!isWhole) again.push(task.id);
  }
  await addDatabase(archive, snapshot, { without, again });
  await archive.end();
  return { ...report, leftOut: without.size };
}

/** Keys of the results that a task has. */
function resultKeys({ result }: Task): string[] {
  return result ? [result.key, ...(result.more ?? []).map(({ key }) => key)] : [];
}

function needsOriginal(task: Task): boolean {
  return hasOriginal(task) && !isRefused(task);
}

/** @returns its bytes; undefined if it does not exist */
async function copyFile(
  archive: ArchiveWriter,
  storage: Files,
  { key, name }: { key: string; name: string },
): Promise<number | undefined> {
  const found = await storage.stat(key);
  if (!found) return undefined;
  const { size } = found;
  const content = size === 0 ? Readable.from([]) : await openFile(storage, key, size);
  if (content) await archive.add(name, size, content);
  return content && size;
}

/** A file is replaced as a whole, so that an open one stays as it is; it may be gone before it is opened. */
async function openFile(storage: Files, key: string, size: number): Promise<Readable | undefined> {
  try {
    return await storage.read(key, { start: 0, end: size - 1 });
  } catch (error) {
    if (hasCode(error, 'not_found')) return undefined;
    throw error;
  }
}

async function addDatabase(
  archive: ArchiveWriter,
  snapshot: DatabaseSnapshot,
  { without, again }: { without: ReadonlySet<number>; again: number[] },
): Promise<void> {
  const tables = await snapshot.tables();
  const sequences = await snapshot.sequences();
  const index: DatabaseIndex = {
    tables: tables.map(({ name, columns }) => ({ name, columns: [...columns] })),
    sequences,
    again,
  };
  await archive.addText('database/index.json', JSON.stringify(index));
  for (const table of tables) await addTable(archive, table, snapshot.rows(table, without));
}

const LINE_FEED = 0x0a;

/** Adds rows in parts of some megabytes: an entry begins with its size, which nobody knows of a whole table. */
async function addTable(archive: ArchiveWriter, { name }: DumpedTable, rows: Readable): Promise<void> {
  let [part, bytes, chunks] = [0, 0, [] as Buffer[]];
  const flush = async () => {
    const all = Buffer.concat(chunks);
    // A row is never cut: in this format, only its end is a line feed.
    const end = all.lastIndexOf(LINE_FEED) + 1;
    const rest = all.subarray(end);
    [bytes, chunks] = [rest.length, [rest]];
    if (end === 0) return;
    part += 1;
    await archive.addText(`database/${name}/${String(part).padStart(8, '0')}`, all.subarray(0, end));
  };
  for await (const chunk of rows) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= PART_BYTES) await flush();
  }
  if (bytes > 0) await flush();
}
