import { findFormat } from '../audio/formats/formats.ts';
import type { MediaInfo } from '../audio/media/media-info.ts';
import type { Lease, LeaseStore } from '../ports/leases.ts';
import type { Adoption, Storage } from '../ports/storage.ts';
import type { Task, TaskStore } from '../ports/tasks.ts';
import { AppError } from '../runtime/errors.ts';
import { resultKey } from '../tasks/object-keys.ts';
import { type ExistingResultDependencies, findOldResult, notAdopted } from './existing-results.ts';

/** Holder of the lease during the adoption of a result. */
const WORKER = 'first-generation';

/** Adopts results of first-generation workers: `{stem}.{ext}` next to the original. */
export interface Reports {
  /** Adopts the result of a task. Throws `not_found`; `not_ready` if the result is missing, invalid or outdated. */
  processed(id: number): Promise<void>;
}

export interface ReportDependencies extends ExistingResultDependencies {
  tasks: TaskStore;
  leases: LeaseStore;
  results: Storage;
  adoption: Adoption;
}

export function createReports(parts: ReportDependencies): Reports {
  const { tasks, leases } = parts;
  return {
    async processed(id) {
      const task = await tasks.find(id);
      const format = task && findFormat(task.requestedOutput.format);
      if (!task || !format) throw new AppError('not_found', 'This task does not exist.');
      const { key: made, media, original } = await findOldResult(parts, task, format);
      if (!original) throw notAdopted('its original does not exist');
      const claimed = await leases.claim({ taskId: id, revision: task.revision }, WORKER);
      if ('refused' in claimed) throw notAdopted(`the task is ${claimed.refused}`);
      try {
        const key = resultKey(task, format.extension);
        await adopt(parts, task, key, { key: made, media, original }, claimed.lease);
      } catch (error) {
        await leases.release(claimed.lease);
        throw error;
      }
    },
  };
}

/** Copies a result and finishes its task. If copying outlasts the lease, another worker may finish the task instead. */
async function adopt(
  { tasks, leases, originals, results, adoption }: ReportDependencies,
  task: Task,
  key: string,
  { key: made, original, media }: { key: string; original: MediaInfo; media: MediaInfo },
  lease: Lease,
): Promise<void> {
  const size = await adoption.adopt(made, key);
  if (!(await leases.finish(lease, original, { key, size, media, warnings: [], adaptations: [] }))) {
    if ((await tasks.find(task.id))?.revision !== task.revision) await results.remove(key);
    throw notAdopted('the task was changed meanwhile');
  }
  await originals.remove(made);
}
