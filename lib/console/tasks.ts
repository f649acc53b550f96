import { signal } from '@preact/signals';
import type { TaskQuery } from '../client/index.ts';
import { type Criteria, compare, criteria, fits, movesFrom, queryOf } from './criteria.ts';
import { forget, forgetAll, remember, taskOf } from './known-tasks.ts';
import { service } from './service.ts';
import type { Task } from './task.ts';

/** Tasks in one request. */
const PAGE = 200;

/** Ids of the loaded tasks that fit, in their order. */
export const ids = signal<readonly number[]>([]);

/** Whether the list goes on in the service. */
export const hasMore = signal(true);

/** Whether a page is on its way. */
export const isLoading = signal(false);

/** The same ids as `ids`. */
let present = new Set<number>();

/** The query of the page after the loaded ones. */
let next: TaskQuery | undefined;

/** Ends the requests for a list that is no longer wanted. */
let list = new AbortController();

/** Tasks that changed while the first page of a list was on its way; undefined at other times. */
let meanwhile: Map<number, Task> | undefined;

/** Deleted tasks, which no late change shows again. */
const hidden = new Set<number>();

/** Changes what the list has, or its order, and loads its first page. The old list stays until then. */
export async function choose(change: Partial<Criteria>): Promise<void> {
  criteria.value = { ...criteria.value, ...change };
  list.abort();
  list = new AbortController();
  meanwhile = new Map();
  next = { ...queryOf(criteria.value), max: PAGE };
  isLoading.value = false;
  const catchUp = () => {
    const late = meanwhile ?? new Map<number, Task>();
    meanwhile = undefined;
    for (const task of late.values()) put(task);
  };
  try {
    await load((page) => {
      replace(page.map(({ id }) => id));
      catchUp();
    });
  } catch (error) {
    catchUp();
    throw error;
  }
}

/** Loads the next page of the list. */
export async function loadMore(): Promise<void> {
  if (meanwhile) return;
  await load((page) => {
    const fresh = page.map(({ id }) => id).filter((id) => !present.has(id) && !hidden.has(id));
    for (const id of fresh) present.add(id);
    ids.value = [...ids.value, ...fresh];
  });
}

async function load(take: (page: readonly Task[]) => void): Promise<void> {
  if (isLoading.value || !next) return;
  const { signal } = list;
  isLoading.value = true;
  try {
    const page = await service.tasks.page(next, { signal });
    if (signal.aborted) return;
    for (const task of page.tasks) remember(task);
    next = page.next;
    hasMore.value = next !== undefined;
    take(page.tasks);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    if (!signal.aborted) isLoading.value = false;
  }
}

/** Takes the newest state of a task, and puts its row where it belongs. */
export function changed(task: Task): void {
  const before = taskOf(task.id)?.peek();
  remember(task);
  if (meanwhile) {
    meanwhile.set(task.id, task);
    return;
  }
  const { value } = criteria;
  const stays = before && present.has(task.id) && fits(task, value) && !movesFrom(before, task, value.sort);
  if (!stays) put(task);
}

/** Takes the progress of a conversion, 0 to 1. */
export function progressed(id: number, progress: number): void {
  const task = taskOf(id);
  if (task) task.value = { ...task.peek(), progress };
}

/** Takes a task off the list that the service has no longer. */
export function gone(id: number): void {
  forget(id);
  meanwhile?.delete(id);
  drop(id);
}

/** Takes a task off the list until it is shown again. */
export function hide(id: number): void {
  hidden.add(id);
  drop(id);
}

/** Brings a hidden task back. */
export function show(id: number): void {
  hidden.delete(id);
  const task = taskOf(id)?.peek();
  if (task) put(task);
}

/** Forgets the tasks of a user who has left. */
export function clearTasks(): void {
  list.abort();
  forgetAll();
  replace([]);
}

/** Puts a task at its place, or takes it off if it does not fit. A later page has those behind the loaded ones. */
function put(task: Task): void {
  drop(task.id);
  const { value } = criteria;
  if (hidden.has(task.id) || !fits(task, value)) return;
  const at = placeOf(task);
  if (at === ids.value.length && at > 0 && hasMore.value) return;
  present.add(task.id);
  ids.value = ids.value.toSpliced(at, 0, task.id);
}

/** Place among the ids, found by halving. */
function placeOf(task: Task): number {
  const { sort } = criteria.value;
  let [from, to] = [0, ids.value.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const other = taskOf(ids.value[middle] ?? 0)?.peek();
    if (other && compare(other, task, sort) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

function drop(id: number): void {
  if (present.delete(id)) ids.value = ids.value.filter((other) => other !== id);
}

function replace(shown: readonly number[]): void {
  ids.value = shown.filter((id) => !hidden.has(id));
  present = new Set(ids.value);
}
