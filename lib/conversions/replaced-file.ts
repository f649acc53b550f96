import { AppError, hasCode } from '../runtime/errors.ts';
import type { TaskFile } from '../tasks/tasks.ts';

/** Seconds after which the task shows what became of the file. */
const RETRY_AFTER = 1;

/**
 * Does work on a file of a task. A file that was replaced or removed meanwhile, by another conversion for example, is no fault
 * of the storage: throws `not_ready`, and the same request then tells what there is.
 */
export async function whileThere<T>({ storage, key }: TaskFile, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const isOfStorage = hasCode(cause, 'unavailable') || hasCode(cause, 'not_found');
    if (!isOfStorage || (await storage.stat(key))) throw cause;
    const sentence = 'The file was replaced or removed while it was read. Ask again.';
    throw new AppError('not_ready', sentence, { cause, retryAfter: RETRY_AFTER });
  }
}
