import { openLoad } from '../adapters/database/load.ts';
import { type RestoreReport, restoreBackup } from '../backup/restore.ts';
import type { FirstRestore } from '../http/routes/restore.ts';
import type { DatabaseLoad } from '../ports/backup.ts';
import type { Storage } from '../ports/storage.ts';
import type { App } from './app.ts';

/** Restores a backup into an installation whose database is open. */
export async function restoreInto(
  { originals, results, databaseAddress }: Restored,
  file: string,
): Promise<RestoreReport> {
  const load = await openLoad(await databaseAddress());
  try {
    return await restoreBackup({ load, originals, results }, file);
  } finally {
    await load.close();
  }
}

/** The restore that the first page of a fresh installation offers. */
export function createFirstRestore(app: App): FirstRestore {
  const asked = async <T>(ask: (load: DatabaseLoad) => Promise<T>): Promise<T> => {
    const load = await openLoad(await app.databaseAddress());
    try {
      return await ask(load);
    } finally {
      await load.close();
    }
  };
  return {
    isFresh: () => asked((load) => load.isEmpty()),
    async restore(path) {
      const report = await restoreInto(app, path);
      const guest = await asked((load) => load.onlyGuest());
      const user = guest === undefined ? undefined : await (await app.stores()).users.find(guest);
      return { ...report, session: user ? await (await app.auth()).openSession(user) : null };
    },
    mustHaveRoom: async () => (await app.admission()).mustHaveRoom(),
  };
}

interface Restored {
  originals: Storage;
  results: Storage;
  databaseAddress: () => Promise<string>;
}
