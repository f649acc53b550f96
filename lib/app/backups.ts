import { createWriteStream } from 'node:fs';
import { link, rm } from 'node:fs/promises';
import { openSnapshot } from '../adapters/database/snapshot.ts';
import { createArchiveWriter } from '../backup/archive-writer.ts';
import { type BackupReport, writeBackup } from '../backup/backup.ts';
import type { RestoreReport } from '../backup/restore.ts';
import type { Config } from '../config/config.ts';
import { AppError, isErrno } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { createApp } from './app.ts';
import { restoreInto } from './first-restore.ts';
import { claimFolder } from './local-mode.ts';

/**
 * Backs up an installation with folders into a new file that only its owner can read. A service may run meanwhile. The file
 * gets its name when it is whole.
 */
export async function backUp(config: Config, log: Log, file: string): Promise<BackupReport> {
  mustHaveFolders(config);
  const app = createApp(config, log, 'backup');
  const partial = `${file}.partial`;
  try {
    await app.checkStorage();
    const snapshot = await openSnapshot(await app.databaseAddress());
    const archive = createArchiveWriter(createWriteStream(partial, { flags: 'wx', mode: 0o600 }));
    try {
      const { originals, results } = app;
      const report = await writeBackup(
        { snapshot, originals, results, clock: { now: () => new Date() } },
        archive,
      );
      // Unlike a renaming, a link replaces no file that came meanwhile.
      await link(partial, file);
      return report;
    } finally {
      archive.destroy();
      await rm(partial, { force: true });
      await snapshot.close();
    }
  } catch (error) {
    throw isErrno(error, 'EEXIST') ? exists(error) : error;
  } finally {
    await app.close();
  }
}

function exists(cause: unknown): AppError {
  const sentence =
    'The file, or one of its name with .partial, is there already. Name another one, or remove it.';
  return new AppError('misconfigured', sentence, { cause });
}

/** Restores a backup into an empty installation that does not run. */
export async function restore(config: Config, log: Log, file: string): Promise<RestoreReport> {
  mustHaveFolders(config);
  const folder = config.mode === 'local' ? await claimFolder(config.data) : undefined;
  const app = createApp(config, log, 'restore');
  try {
    await app.checkStorage();
    // Opens and migrates the embedded database.
    await app.stores();
    return await restoreInto(app, file);
  } finally {
    await app.close();
    folder?.release();
  }
}

function mustHaveFolders({ storage, database }: Config): void {
  if (storage.kind === 'nfs' && database.kind !== 'cloudsql') return;
  const sentence =
    'A backup is for installations with folders and a database by URL. Cloud Storage and Cloud SQL have backups of their own.';
  throw new AppError('misconfigured', sentence);
}
