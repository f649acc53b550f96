import type { Storage } from '../ports/storage.ts';
import { type OldFilesDependencies, type OldFilesReport, removeOldFiles } from './old-files.ts';
import { endOverdue, type OverdueDependencies } from './overdue-uploads.ts';
import { removeStrays, type StrayDependencies } from './stray-objects.ts';

/** Seconds after which a message without a claim counts as lost. */
const MESSAGE_SECONDS = 60;

/** Seconds between two sweeps, and between two searches of all objects, over all processes. */
const INTERVALS = { sweep: 50, strays: 3600 };

/** Numbers of repaired rows and removed objects. */
export interface SweepReport extends OldFilesReport {
  enqueuedAgain: number;
  gaveUp: number;
  expiredUploads: number;
  foundUploads: number;
  cancelledUploads: number;
  expiredTokens: number;
  removedBatches: number;
  expiredKeys: number;
  endedRateLimits: number;
  oldDeliveries: number;
  strays: number;
}

export interface Sweep {
  /**
   * Repairs lost messages, dead leases, overdue uploads, expired tokens, keys of requests and counters, and removals that were broken
   * off; removes old deliveries of webhooks, and files whose time has passed.
   * @param strays whether to search stored objects for orphans as well, which is slow
   */
  run(strays: boolean): Promise<SweepReport>;
  /** Sweeps if no other process did within the interval. */
  runIfDue(): Promise<void>;
}

export interface SweepDependencies
  extends OverdueDependencies,
    OldFilesDependencies,
    Pick<StrayDependencies, 'tasks' | 'clock'> {
  originals: Storage;
  results: Storage;
  /** Cancels the upload sessions of tasks that ended before their upload. */
  cancelUploads: () => Promise<number>;
  /** Ends removals of batches that were broken off. */
  finishRemovals: () => Promise<number>;
  /** Removes old deliveries, and disables webhooks for which too many wait. */
  tidyWebhooks: () => Promise<number>;
  /** Whether to enqueue no messages. */
  paused: boolean;
}

export function createSweep(parts: SweepDependencies): Sweep {
  const { housekeeping, cancelUploads, finishRemovals, tidyWebhooks, paused, log } = parts;
  const run = async (strays: boolean): Promise<SweepReport> => {
    await housekeeping.forgetUploads();
    const gaveUp = await housekeeping.giveUp();
    const report = {
      gaveUp,
      enqueuedAgain: paused ? 0 : await housekeeping.enqueueAgain(MESSAGE_SECONDS),
      ...(await endOverdue(parts)),
      cancelledUploads: await cancelUploads(),
      expiredTokens: await housekeeping.removeExpiredTokens(),
      removedBatches: await finishRemovals(),
      expiredKeys: await housekeeping.removeExpiredKeys(),
      endedRateLimits: await housekeeping.removeEndedRateLimits(),
      oldDeliveries: await tidyWebhooks(),
      ...(await removeOldFiles(parts)),
      strays: strays ? await removeStrays(parts) : 0,
    };
    if (Object.values(report).some((count) => count > 0)) log.info('Swept', report);
    return report;
  };
  return {
    run,
    async runIfDue() {
      if (!(await housekeeping.claimJob('sweep', INTERVALS.sweep))) return;
      await run(await housekeeping.claimJob('strays', INTERVALS.strays));
    },
  };
}
