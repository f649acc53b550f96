import type { Clock } from '../ports/clock.ts';
import type { Housekeeping } from '../ports/housekeeping.ts';
import type { ListedObject, Storage } from '../ports/storage.ts';
import type { Task, TaskStore } from '../ports/tasks.ts';
import { analysisKeys, coverKey, originalKey } from '../tasks/object-keys.ts';
import { isRefused, taskIdOf } from '../uploads/object-finalized.ts';

/** Hours until an object without a task is removed: the transaction of its row may still be open. */
const STRAY_HOURS = 24;

/** Objects that are looked up with one query. */
const PAGE = 1000;

/** Pages of each storage in one sweep; the next sweep goes on after them. */
const PAGES = 50;

export interface StrayDependencies {
  housekeeping: Pick<Housekeeping, 'position' | 'setPosition'>;
  tasks: Pick<TaskStore, 'findAll'>;
  originals: Searched;
  results: Searched;
  clock: Clock;
}

/** The part of a storage that a search needs. */
type Searched = Pick<Storage, 'list' | 'remove'>;

/**
 * Removes objects that are older than a day and belong to no task, and returns their number. One call looks at 50,000 objects
 * of each storage at most, and begins where the last one stopped.
 */
export async function removeStrays(parts: StrayDependencies): Promise<number> {
  const { originals, results } = parts;
  const ofOriginals = await removeFrom(parts, originals, 'strays originals', isOriginal);
  return ofOriginals + (await removeFrom(parts, results, 'strays results', isResult));
}

type Belongs = (task: Task, key: string) => boolean;

async function removeFrom(
  parts: StrayDependencies,
  storage: Searched,
  job: string,
  belongs: Belongs,
): Promise<number> {
  const { housekeeping, tasks, clock } = parts;
  const before = clock.now().getTime() - STRAY_HOURS * 3_600_000;
  let removed = 0;
  let pages = 0;
  for await (const page of pagesOf(storage, await housekeeping.position(job))) {
    const old = page.filter(({ modified }) => modified.getTime() < before);
    for (const { key } of await straysOf(tasks, old, belongs)) {
      await storage.remove(key);
      removed += 1;
    }
    pages += 1;
    await housekeeping.setPosition(job, page.length < PAGE ? undefined : page.at(-1)?.key);
    if (pages === PAGES) break;
  }
  return removed;
}

/** Pages of the objects after a key; the last page has fewer than `PAGE` objects, and may be empty. */
async function* pagesOf(storage: Searched, after: string | undefined): AsyncGenerator<ListedObject[]> {
  let page: ListedObject[] = [];
  for await (const object of storage.list(after)) {
    page.push(object);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  yield page;
}

async function straysOf(
  tasks: StrayDependencies['tasks'],
  objects: readonly ListedObject[],
  belongs: Belongs,
): Promise<ListedObject[]> {
  const ids = objects.flatMap(({ key }) => taskIdOf(key) ?? []);
  const found = ids.length > 0 ? await tasks.findAll(new Set(ids)) : new Map<number, Task>();
  return objects.filter(({ key, inherited }) => {
    const task = found.get(taskIdOf(key) ?? 0);
    return task ? !belongs(task, key) : !inherited;
  });
}

function isOriginal(task: Task, key: string): boolean {
  return task.state !== 'EXPIRED' && !isRefused(task) && originalKey(task) === key;
}

function isResult(task: Task, key: string): boolean {
  return (
    task.result?.key === key ||
    task.result?.more?.some((further) => further.key === key) ||
    task.state === 'PROCESSING' ||
    analysisKeys(task, 'original').includes(key) ||
    (task.cover !== null && key === coverKey(task.id, task.cover)) ||
    (task.result !== null && analysisKeys(task, 'result').includes(key))
  );
}
