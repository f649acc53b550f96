import pLimit from 'p-limit';
import { undefinedFor } from '../runtime/errors.ts';

/** Tasks that are removed at once. */
const AT_ONCE = 8;

/**
 * Removes tasks page by page, until `next` finds none; one that another request removed meanwhile is no error.
 * @param next ids of some tasks that are left
 */
export async function removeEach(
  next: () => Promise<readonly number[]>,
  remove: (id: number) => Promise<unknown>,
): Promise<void> {
  const semaphore = pLimit(AT_ONCE);
  const removeIfThere = (id: number) => remove(id).catch(undefinedFor('not_found'));
  for (let ids = await next(); ids.length > 0; ids = await next()) {
    const removing = ids.map((id) => semaphore(() => removeIfThere(id)));
    // Nothing goes on after an error.
    await Promise.allSettled(removing);
    await Promise.all(removing);
  }
}
