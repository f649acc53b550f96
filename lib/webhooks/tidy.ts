import type { PendingDeliveries } from '../ports/webhooks.ts';

/** Days for which deliveries can be seen and replayed. */
const KEPT_DAYS = 7;

/** Deliveries of one webhook that may wait, some megabytes. */
const MOST_PENDING = 10_000;

/** Rows of one step, so that no statement holds locks for long, and steps of one call. */
const [STEP, STEPS] = [1000, 20];

/** Disables webhooks for which too many deliveries wait, and removes old deliveries in small steps; returns the number removed. */
export async function tidyWebhooks(
  pending: Pick<PendingDeliveries, 'disableFlooded' | 'removeOld'>,
): Promise<number> {
  await pending.disableFlooded(MOST_PENDING);
  let removed = 0;
  for (let step = 0; step < STEPS; step++) {
    const count = await pending.removeOld(KEPT_DAYS, STEP);
    removed += count;
    if (count < STEP) break;
  }
  return removed;
}
