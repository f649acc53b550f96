import type { Config } from '../config/config.ts';
import {
  type ImportCounts,
  type ImportDependencies,
  importFirstGeneration,
} from '../first-generation/import.ts';
import type { Storage } from '../ports/storage.ts';
import type { Log } from '../runtime/log.ts';
import { type Accounts, openAccounts } from './accounts.ts';
import { type ConversionServices, openConversions } from './conversions.ts';
import { type Foundation, openFoundation, SURROUNDINGS, type Surroundings } from './foundation.ts';
import { openUploads, type Uploads } from './uploads.ts';

/** Every service, made when it is first asked for: a function pays only for what it uses. */
export interface App
  extends Omit<Foundation, 'storage' | 'surroundings' | 'worker' | 'embedded'>,
    Accounts,
    Uploads,
    ConversionServices {
  originals: Storage;
  results: Storage;
  /** Copies users and tasks of the first generation from its database `from`, a postgres:// URL. */
  importFirstGeneration(
    from: string,
    how: Pick<ImportDependencies, 'apply' | 'print'>,
  ): Promise<{ users: ImportCounts; tasks: ImportCounts }>;
  /** Throws `misconfigured` where a share is not mounted, or was never prepared. */
  checkStorage(): Promise<void>;
  /** Ends everything in order: conversions, queue, pool, database. */
  close(): Promise<void>;
  /** Ends what can be ended without waiting, for the exit handler of a process. */
  closeNow(): void;
}

/**
 * The composition root: configuration to adapters to services. Only the files of this room import adapters.
 * @param worker name of this process as the holder of leases
 */
export function createApp(
  config: Config,
  log: Log,
  worker: string,
  surroundings: Partial<Surroundings> = {},
): App {
  const foundation = openFoundation(config, log, worker, { ...SURROUNDINGS, ...surroundings });
  const { storage, workspaces, embedded, stores, engine, sandbox } = foundation;
  const { originals, results, adoption, check } = storage;
  const accounts = openAccounts(foundation);
  const uploads = openUploads(foundation, accounts.tokens);
  const services = openConversions(foundation, uploads);
  return {
    config,
    log,
    workspaces,
    stores,
    engine,
    sandbox,
    originals,
    results,
    ...accounts,
    ...uploads,
    ...services,
    async importFirstGeneration(from, how) {
      const { users, tasks, firstGenerationImport } = await stores();
      const { passwords } = accounts;
      const files = { originals, results, workspaces, adoption };
      const to = { users, tasks, firstGenerationImport, passwords, engine };
      const { withFirstGeneration } = await import('../adapters/database/first-generation.ts');
      return withFirstGeneration(from, (tables) =>
        importFirstGeneration({ ...files, ...to, ...how, from: tables }),
      );
    },
    checkStorage: check,
    async close() {
      await (await services.conversions.made())?.stop();
      engine.value()?.killAll();
      await (await stores.made())?.close();
      await (await embedded.made())?.stop();
    },
    closeNow() {
      engine.value()?.killAll();
      embedded.value()?.stopSync();
    },
  };
}
