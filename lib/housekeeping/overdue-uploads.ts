import type { Housekeeping } from '../ports/housekeeping.ts';
import type { Storage } from '../ports/storage.ts';
import type { Task } from '../ports/tasks.ts';
import type { UploadStore } from '../ports/uploads.ts';
import type { Log } from '../runtime/log.ts';
import { originalKey } from '../tasks/object-keys.ts';
import type { FinalizedObject, Placement } from '../uploads/object-finalized.ts';

export interface OverdueDependencies {
  housekeeping: Housekeeping;
  uploadStore: UploadStore;
  originals: Storage;
  /** Places an object as if its storage had told of it. */
  uploaded: () => Promise<(object: FinalizedObject) => Promise<Placement>>;
  log: Log;
}

/** How many tasks stopped waiting: for want of an original, or since it was there all the time. */
export interface OverdueReport {
  expiredUploads: number;
  foundUploads: number;
}

/**
 * Ends what waits for its original beyond its time. A storage's event may be lost for good, so the storage is asked
 * first; while it can't be, nothing expires. An event that comes after all meets a row that was changed before.
 */
export async function endOverdue(parts: OverdueDependencies): Promise<OverdueReport> {
  const report = { expiredUploads: 0, foundUploads: 0 };
  for (const task of await parts.housekeeping.overdueUploads()) {
    try {
      const ended = await end(parts, task);
      if (ended) report[ended] += 1;
    } catch (error) {
      parts.log.warn('An upload could not be ended; it is tried again', { taskId: task.id, error });
      break;
    }
  }
  return report;
}

/** @returns undefined where somebody else was first */
async function end(
  { uploadStore, originals, uploaded }: OverdueDependencies,
  task: Task,
): Promise<keyof OverdueReport | undefined> {
  const object = await originals.stat(originalKey(task));
  if (!object) return (await uploadStore.abandon(task.id)) ? 'expiredUploads' : undefined;
  const { key, size, checksums } = object;
  const told = { bucket: undefined, key, version: undefined, size, ...(checksums && { checksums }) };
  const placement = await (await uploaded())(told);
  return placement === 'uploaded' || placement === 'refused' ? 'foundUploads' : undefined;
}
