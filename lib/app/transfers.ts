import type { UserLimits } from '../limits/user-limits.ts';
import { startJobFetcher } from '../runtime/job-fetcher.ts';
import { type Lazy, lazy } from '../runtime/lazy.ts';
import { deliverResult, undelivered } from '../transfers/deliver-result.ts';
import { failImport, importOriginal } from '../transfers/import-original.ts';
import { createTransfers, type Transfers } from '../transfers/transfers.ts';
import type { Foundation } from './foundation.ts';

/** Transfers at once in one process; they wait for networks, and take no processor. */
const AT_ONCE = 8;

/** Time for one file, in seconds, where no platform sets another. */
const SECONDS = 3600;

export function openTransfers(foundation: Foundation, userLimits: UserLimits): Lazy<Transfers> {
  const { config, log, worker, surroundings, stores, storage, outbound } = foundation;
  return lazy(async () => {
    const { transfers: store, tasks, uploads: uploadStore } = await stores();
    const seconds = Math.min(SECONDS, config.deadlineSeconds ?? SECONDS);
    const { originals, results, buckets } = storage;
    const uploadBytes = async (userId: number) => (await userLimits.of(userId)).uploadBytes;
    const { waits, throughput } = surroundings.transfers;
    const importing = {
      outbound,
      transfers: store,
      tasks,
      uploadStore,
      originals,
      uploadBytes,
      seconds,
      throughput,
    };
    const delivering = { outbound, results, buckets, seconds };
    return createTransfers({
      store,
      worker,
      paused: config.paused,
      log,
      work: {
        import: {
          waits: waits.import,
          async run(transfer, onProgress, signal) {
            await importOriginal(importing, transfer, onProgress, signal);
            return undefined;
          },
          async fail(transfer, failure) {
            await failImport(importing, transfer, failure);
            return undefined;
          },
        },
        delivery: {
          waits: waits.delivery,
          run: (transfer, _onProgress, signal) => deliverResult(delivering, transfer, signal),
          fail: async (_transfer, failure) => undelivered(failure),
        },
      },
    });
  });
}

/**
 * Transfers files as they are due.
 * @returns function that stops, and waits until running transfers are handed back
 */
export function startTransfers(
  transfers: Transfers,
  pollInterval: number,
  onError: (error: unknown) => void,
): () => Promise<void> {
  const fetcher = startJobFetcher({
    fetch: (count) => transfers.claim(count),
    run: (transfer) => transfers.run(transfer),
    concurrency: AT_ONCE,
    pollInterval,
    onError,
  });
  return async () => {
    await Promise.all([fetcher.stop(), transfers.stop()]);
  };
}
