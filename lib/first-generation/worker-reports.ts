import { findFormat } from '../audio/formats/formats.ts';
import type { MediaInfo } from '../audio/media/media-info.ts';
import type { Lease, LeaseStore } from '../ports/leases.ts';
import type { Adoption, Storage } from '../ports/storage.ts';
import type { Task, TaskStore } from '../ports/tasks.ts';
import { AppError } from '../runtime/errors.ts';
import { resultKey } from '../tasks/object-keys.ts';
import { type ExistingResultDependencies, findOldResult } from './existing-results.ts';

/** Who holds the lease while a result is taken over. */
const WORKER = 'first-generation';

/** Takes over what workers of the first generation made: `{stem}.{ext}` next to the original. */
export interface Reports {
  /** Throws `not_found`, and `not_ready` where the result is not there, not sound, or no longer asked for. */
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
      if (!task || !format) throw new AppError('not_found', 'There is no such task.');
      const { key: made, media, original } = await findOldResult(parts, task, format);
      if (!original) throw changed('its original is not there');
      const claimed = await leases.claim({ taskId: id, revision: task.revision }, WORKER);
      if ('refused' in claimed) throw changed(`the task is ${claimed.refused}`);
      try {
        const key = resultKey(task, format.extension);
        await takeOver(parts, task, key, { key: made, media, original }, claimed.lease);
      } catch (error) {
        await leases.release(claimed.lease);
        throw error;
      }
    },
  };
}

/** Copying may take longer than the lease lasts; whoever has the task then finishes it, and this result is nobody's. */
async function takeOver(
  { tasks, leases, originals, results, adoption }: ReportDependencies,
  task: Task,
  key: string,
  { key: made, original, media }: { key: string; original: MediaInfo; media: MediaInfo },
  lease: Lease,
): Promise<void> {
  const size = await adoption.adopt(made, key);
  if (!(await leases.finish(lease, original, { key, size, media, warnings: [], adaptations: [] }))) {
    if ((await tasks.find(task.id))?.revision !== task.revision) await results.remove(key);
    throw changed('the task was changed meanwhile');
  }
  await originals.remove(made);
}

function changed(why: string): AppError {
  return new AppError('not_ready', `The result is not taken over: ${why}.`);
}
