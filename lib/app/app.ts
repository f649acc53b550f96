import { type Account, createAccount } from '../accounts/account.ts';
import type { Config } from '../config/config.ts';
import {
  type ImportCounts,
  type ImportDependencies,
  importFirstGeneration,
} from '../first-generation/import.ts';
import type { Storage } from '../ports/storage.ts';
import { type Lazy, lazy } from '../runtime/lazy.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Transfers } from '../transfers/transfers.ts';
import { type Accounts, openAccounts } from './accounts.ts';
import { type ConversionServices, openConversions } from './conversions.ts';
import { type Foundation, openFoundation, SURROUNDINGS, type Surroundings } from './foundation.ts';
import { openMetrics } from './metrics.ts';
import { openTransfers } from './transfers.ts';
import { openUploads, type Uploads } from './uploads.ts';
import { openWebhooks, type WebhookServices } from './webhooks.ts';

/** Every service, made when it is first asked for: a function pays only for what it uses. */
export interface App
  extends Omit<Foundation, 'storage' | 'surroundings' | 'worker' | 'embedded' | 'outbound'>,
    Accounts,
    Uploads,
    WebhookServices,
    ConversionServices {
  originals: Storage;
  results: Storage;
  account: Lazy<Account>;
  metrics: Lazy<Metrics>;
  /** Fetches originals and delivers results. */
  transfers: Lazy<Transfers>;
  /** Milliseconds between two looks for transfers that are due. */
  transferPoll: number;
  /** Copies users and tasks of the first generation from its database `from`, a postgres:// URL. */
  importFirstGeneration(
    from: string,
    how: Pick<ImportDependencies, 'apply' | 'print'>,
  ): Promise<{ users: ImportCounts; tasks: ImportCounts }>;
  /** URL of a database that is embedded or named by its URL. */
  databaseAddress(): Promise<string>;
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
  const webhookServices = openWebhooks(foundation);
  const uploads = openUploads(foundation, accounts, webhookServices.webhooks);
  const account = lazy(async () => {
    const { users } = await stores();
    const { passwords, auth, endedSessions, logInLimits, registrations } = accounts;
    const tasks = await uploads.tasks();
    return createAccount({
      users,
      passwords,
      auth: await auth(),
      endedSessions: await endedSessions(),
      limits: await logInLimits(),
      registrations: await registrations(),
      removeTasks: ({ id: userId, email }) => tasks.removeAll({ userId, email }),
    });
  });
  const services = openConversions(foundation, uploads);
  const transfers = openTransfers(foundation, accounts.userLimits);
  const metrics = openMetrics(foundation);
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
    account,
    metrics,
    transfers,
    transferPoll: foundation.surroundings.transfers.pollMs,
    ...uploads,
    ...webhookServices,
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
    async databaseAddress() {
      return config.database.kind === 'url' ? config.database.url : (await embedded()).url;
    },
    checkStorage: check,
    async close() {
      metrics.value()?.close();
      await (await uploads.taskEvents.made())?.close();
      await (await transfers.made())?.stop();
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
