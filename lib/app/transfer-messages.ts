import type { TransferMessage } from '../ports/transfers.ts';
import type { Lazy } from '../runtime/lazy.ts';
import type { Log } from '../runtime/log.ts';
import type { Transfers } from '../transfers/transfers.ts';
import type { Stores } from './open-database.ts';

/** Tasks that one call wakes. A function transfers some files of one user at once, and each that ends wakes the next. */
const WOKEN = 20;

/** Tasks that the end of one conversion or transfer wakes: its own, and the next. */
export const WOKEN_AFTER_ONE = 2;

/**
 * Sends a message for tasks of which a transfer is due, for functions: no process of theirs looks for them. A message that is lost
 * is sent again by the sweep.
 */
export async function wakeTransfers(stores: Lazy<Stores>, log: Log, most = WOKEN): Promise<void> {
  try {
    const { transferWakeUps, transfers } = await stores();
    if (!transferWakeUps) return;
    const due = await transfers.dueTasks(most);
    if (due.length > 0) await transferWakeUps.wake(due);
  } catch (error) {
    log.warn('Transfers were not woken; the sweep wakes them', { error });
  }
}

export interface TransferHandlerDependencies {
  stores: Lazy<Stores>;
  transfers: Lazy<Transfers>;
  log: Log;
}

/** Makes the transfers of a message's task that are due; the end of each makes the next messages. */
export function transferHandler({ stores, transfers, log }: TransferHandlerDependencies) {
  return async ({ taskId }: TransferMessage): Promise<void> => {
    await (await transfers()).runOf(taskId);
    await wakeTransfers(stores, log, WOKEN_AFTER_ONE);
  };
}
