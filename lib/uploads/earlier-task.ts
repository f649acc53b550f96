import type { Creation } from '../ports/idempotency.ts';
import type { Storage } from '../ports/storage.ts';
import type { Task, TaskStore } from '../ports/tasks.ts';
import type { Covers } from '../tasks/covers.ts';
import { originalKey } from '../tasks/object-keys.ts';
import { isRefused } from './object-finalized.ts';

export interface EarlierTaskDependencies {
  store: TaskStore;
  originals: Storage;
  covers: Covers;
}

/**
 * Task of an earlier attempt of the same request, whose process died before it answered. A task without its whole original is
 * removed, since nobody knows of it: one that still awaits it, or whose upload a sweep has ended meanwhile.
 * @returns undefined if the task is to be created
 */
export async function earlierTask(
  { store, originals, covers }: EarlierTaskDependencies,
  creation: Creation | undefined,
): Promise<Task | undefined> {
  const task = creation?.isResumed ? await store.findRequested(creation.id) : undefined;
  if (!task || hasOriginal(task)) return task;
  const removed = await store.remove(task.id);
  await originals.remove(originalKey(task));
  if (removed?.cover) await covers.forget(removed);
  return undefined;
}

function hasOriginal(task: Task): boolean {
  return task.state !== 'AWAITING_UPLOAD' && task.state !== 'EXPIRED' && !isRefused(task);
}
