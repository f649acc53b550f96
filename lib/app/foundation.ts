import { join } from 'node:path';
import type { EmbeddedServer } from '../adapters/embedded-postgres/shared-server.ts';
import type { AudioEngine } from '../audio/engine/engine.ts';
import { findBinaries } from '../audio/ffmpeg/binaries.ts';
import { sandboxFor } from '../audio/ffmpeg/program-sandbox.ts';
import type { Config } from '../config/config.ts';
import { GOOGLE_KEYS } from '../http/google-id-tokens.ts';
import { createOutbound, type Outbound } from '../outbound/outbound.ts';
import type { Timeouts } from '../outbound/patience.ts';
import { type Resolver, systemResolver } from '../outbound/resolve.ts';
import type { Clock } from '../ports/clock.ts';
import type { LeaseOptions } from '../ports/leases.ts';
import type { TransferKind } from '../ports/transfers.ts';
import type { Sandbox } from '../process/sandbox.ts';
import { type Lazy, lazy } from '../runtime/lazy.ts';
import type { Log } from '../runtime/log.ts';
import { createWorkspaces, type Workspaces } from '../runtime/working-folders.ts';
import { DELIVERY_OPTIONS, type DeliveryOptions } from '../webhooks/deliveries.ts';
import type { Stores } from './open-database.ts';
import { type FindBinaries, openEngine } from './open-engine.ts';
import { type FileStorage, openStorage } from './open-storage.ts';

/** The parts of the world outside that tests replace; no environment variable changes them. */
export interface Surroundings {
  clock: Clock;
  /** URL of the keys by which tokens of internal callers are checked. */
  callerKeys: URL;
  /** Time for which an attempt owns a task without a heartbeat, and attempts that one revision gets. */
  lease: LeaseOptions;
  /** Finds the addresses of names in requests to servers of users. */
  resolver: Resolver;
  transfers: TransferPatience;
  deliveries: DeliveryOptions;
  findBinaries: FindBinaries;
  /** Requests with a body that one process takes at once. */
  places: PlaceCounts;
}

export const SURROUNDINGS: Surroundings = {
  clock: { now: () => new Date() },
  callerKeys: GOOGLE_KEYS,
  lease: { seconds: 60, attempts: 5 },
  resolver: systemResolver,
  transfers: {
    waits: { import: [5, 30, 120, 600], delivery: [5, 30, 120, 600, 3600] },
    // As for uploads.
    throughput: { idleMs: 30_000, idleBytes: 16 * 1024 },
    pollMs: 1000,
  },
  deliveries: DELIVERY_OPTIONS,
  findBinaries,
  // Each holds a connection and a file; of 1,024 descriptors, which many systems give, some are left.
  places: { uploads: 400, files: 64 },
};

/** Places of the requests that send files. */
export interface PlaceCounts {
  /** Originals, in forms or in pieces. */
  uploads: number;
  /** Files that are looked at and not kept: probes, plans and comparisons with receipts. */
  files: number;
}

/** Patience with servers that users name. */
export interface TransferPatience {
  /** Seconds until the next try after each one that failed. */
  waits: Readonly<Record<TransferKind, readonly number[]>>;
  /** Least throughput of an original. */
  throughput: Pick<Timeouts, 'idleMs' | 'idleBytes'>;
  /** Milliseconds between two looks for transfers that are due. */
  pollMs: number;
}

/** Configuration, adapters and the audio engine: the ground of all services. */
export interface Foundation {
  config: Config;
  log: Log;
  /** Name of this process as the holder of leases. */
  worker: string;
  surroundings: Surroundings;
  storage: FileStorage;
  workspaces: Workspaces;
  embedded: Lazy<EmbeddedServer>;
  stores: Lazy<Stores>;
  engine: Lazy<AudioEngine>;
  sandbox: Lazy<Sandbox>;
  outbound: Outbound;
}

/** Opens nothing: each part opens at its first use. */
export function openFoundation(
  config: Config,
  log: Log,
  worker: string,
  surroundings: Surroundings,
): Foundation {
  const embedded = lazy(async () => {
    const { startEmbedded } = await import('../adapters/embedded-postgres/shared-server.ts');
    return startEmbedded(join(config.data, 'postgres'));
  });
  const stores = lazy(async () => {
    const { openDatabaseStores } = await import('./open-database.ts');
    return openDatabaseStores(config, log, surroundings.lease, embedded);
  });
  const engine = lazy(() => openEngine(config, log, surroundings.findBinaries));
  return {
    config,
    log,
    worker,
    surroundings,
    storage: openStorage(config),
    workspaces: createWorkspaces(config.work),
    embedded,
    stores,
    engine,
    sandbox: lazy(async () => {
      const opened = await engine.made()?.catch(() => undefined);
      return (
        opened?.binaries.sandbox ?? sandboxFor([], config.path, { mode: config.sandbox, folder: config.work })
      );
    }),
    outbound: createOutbound({ ...config.outbound, resolver: surroundings.resolver }),
  };
}
