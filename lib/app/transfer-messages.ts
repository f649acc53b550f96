import type { ConversionMessage, MessageOutcome } from '../ports/queue.ts';
import type { Lazy } from '../runtime/lazy.ts';
import type { Log } from '../runtime/log.ts';
import type { Transfers } from '../transfers/transfers.ts';
import type { Stores } from './open-database.ts';

/** Tasks that one call wakes. A function transfers some files of one user at once, and each that ends wakes the next. */
const WOKEN = 20;

/**
 * Sends a conversion message for tasks of which a transfer is due, for functions: no process of theirs looks for them. A message
 * that is lost is sent again by the sweep.
 */
export async function wakeTransfers(stores: Lazy<Stores>, log: Log, most = WOKEN): Promise<number> {
  try {
    const { queue, transfers } = await stores();
    const due = await transfers.dueTasks(most);
    if (due.length > 0) await queue.enqueue(due.map((taskId) => ({ taskId, revision: 1, turn: 0 })));
    return due.length;
  } catch (error) {
    log.warn('Transfers were not woken; the sweep wakes them', { error });
    return 0;
  }
}

export interface TransferHandlerDependencies {
  stores: Lazy<Stores>;
  transfers: Lazy<Transfers>;
  handle(message: ConversionMessage): Promise<MessageOutcome>;
  log: Log;
}

/**
 * Handles a message by the transfers of its task that are due or, if there are none, by its conversion: both together could take
 * longer than a function may run. The end of each makes the next message.
 */
export function handlerWithTransfers({ stores, transfers, handle, log }: TransferHandlerDependencies) {
  return async (message: ConversionMessage): Promise<MessageOutcome> => {
    const transferred = await (await transfers()).runOf(message.taskId);
    const outcome = transferred > 0 ? 'done' : await handle(message);
    await wakeTransfers(stores, log, 2);
    return outcome;
  };
}
