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
  /** Handles an object as if its storage had sent the event. */
  uploaded: () => Promise<(object: FinalizedObject) => Promise<Placement>>;
  log: Log;
}

/** Numbers of tasks that expired without an original, and whose original was found in the storage. */
export interface OverdueReport {
  expiredUploads: number;
  foundUploads: number;
}

/**
 * Ends uploads whose time has passed. The storage's event may be lost, so this asks the storage first; nothing expires
 * while the storage is unreachable. A late event finds a row that has already changed.
 */
export async function endOverdue(parts: OverdueDependencies): Promise<OverdueReport> {
  const report = { expiredUploads: 0, foundUploads: 0 };
  for (const task of await parts.housekeeping.overdueUploads()) {
    try {
      const ended = await end(parts, task);
      if (ended) report[ended] += 1;
    } catch (error) {
      parts.log.warn('An overdue upload could not be ended; the next sweep tries again', {
        taskId: task.id,
        error,
      });
      break;
    }
  }
  return report;
}

/** @returns undefined if another process was first */
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
