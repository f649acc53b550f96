import { effect, signal, untracked } from '@preact/signals';
import { type DisabledWebhook, outputOf, type TaskQuery } from '../client/index.ts';
import { type Criteria, compare, criteria, fits, movesFrom, queryOf } from './criteria.ts';
import { forget, forgetAll, remember, taskOf } from './known-tasks.ts';
import { complain } from './notices.ts';
import type { Options } from './options.ts';
import { service } from './service.ts';
import { session } from './session.ts';
import type { Task } from './task.ts';

/** Tasks in one request. */
const PAGE = 200;

/** Milliseconds for which a deletion can be undone. */
const UNDO = 5000;

/** Ids of the loaded tasks that fit, in their order. */
export const ids = signal<readonly number[]>([]);

/** Whether the list goes on in the service. */
export const hasMore = signal(true);

/** Whether a page is on its way. */
export const isLoading = signal(false);

/** Tasks of which this page requests another output at this moment: nobody may ask for their results any more. */
export const leaving = signal<ReadonlySet<number>>(new Set());

/** The same ids as `ids`. */
let present = new Set<number>();

/** The query of the page after the loaded ones. */
let next: TaskQuery | undefined;

/** Ends the requests for a list that is no longer wanted. */
let list = new AbortController();

/** Tasks that changed while the first page of a list was on its way; undefined at other times. */
let meanwhile: Map<number, Task> | undefined;

/** Deleted tasks, which no late change shows again, with the function that runs a deletion at once. */
const hidden = new Map<number, () => void>();

/** A listener of changes that come while the page is open. */
interface Listener {
  /** A task was converted, or could not be. */
  onEnded(task: Task): void;
  /** A task of a batch changed or was removed. */
  onBatch(): void;
  /** The service disabled a webhook. */
  onWebhookDisabled(webhook: DisabledWebhook): void;
}

/** Follows the tasks of the user for as long as there is one. */
export function followTasks(listener: Listener): void {
  effect(() => {
    if (session.value !== 'open') return;
    const stop = new AbortController();
    void follow(listener, stop.signal).catch(complain);
    untracked(() => void choose({}).catch(complain));
    return () => {
      stop.abort();
      list.abort();
      forgetAll();
      replace([]);
    };
  });
  addEventListener('pagehide', () => {
    for (const now of hidden.values()) now();
  });
}

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

/** Requests another output of the same original. */
export async function convertAgain(id: number, newFormat: string, options: Options): Promise<void> {
  leaving.value = new Set([...leaving.value, id]);
  try {
    changed(await service.tasks.change(id, outputOf(newFormat, options)));
  } finally {
    leaving.value = new Set([...leaving.value].filter((other) => other !== id));
  }
}

const DAY = 86_400_000;

/**
 * Keeps the files of a task for another time, as far as the service allows.
 * @returns the new time; undefined if they cannot be kept longer
 */
export async function keepLonger(id: number): Promise<string | undefined> {
  const [{ limits }, { timestamp, expiresAt }] = await Promise.all([
    service.account.get(),
    service.tasks.get(id),
  ]);
  if (expiresAt === null) return undefined;
  const { days, maxDays } = limits.retention;
  const until = Math.min(Date.parse(expiresAt) + days * DAY, Date.parse(timestamp) + maxDays * DAY);
  if (until <= Date.parse(expiresAt)) return undefined;
  const task = await service.tasks.keep(id, new Date(until));
  changed(task);
  return task.expiresAt ?? undefined;
}

/** Takes a task off the list, and deletes it unless the answer is called within five seconds. */
export function removeLater(id: number): () => void {
  const show = () => {
    hidden.delete(id);
    const task = taskOf(id)?.peek();
    if (task) put(task);
  };
  const remove = () => {
    clearTimeout(timer);
    hidden.set(id, () => undefined);
    // The page may be about to close, and its requests with it.
    service.tasks.remove(id, { keepalive: true }).catch((error: unknown) => {
      show();
      complain(error);
    });
  };
  const timer = setTimeout(remove, UNDO);
  hidden.set(id, remove);
  drop(id);
  return () => {
    clearTimeout(timer);
    show();
  };
}

/** Passes on the changes of all tasks, also those of other programs. */
async function follow({ onEnded, onBatch, onWebhookDisabled }: Listener, signal: AbortSignal): Promise<void> {
  try {
    for await (const event of service.events({ signal })) {
      if (event.type === 'task.state') {
        const before = taskOf(event.task.id)?.peek();
        changed(event.task);
        const { state, batchId } = event.task;
        const isEnd = state === 'PROCESSED' || state === 'FAILED';
        if (before && before.state !== state && isEnd) onEnded(event.task);
        if (batchId !== null) onBatch();
      }
      if (event.type === 'task.progress') progressed(event.taskId, event.progress);
      if (event.type === 'webhook.disabled') onWebhookDisabled(event.webhook);
      if (event.type === 'task.removed') {
        if (taskOf(event.taskId)?.peek().batchId !== null) onBatch();
        forget(event.taskId);
        meanwhile?.delete(event.taskId);
        drop(event.taskId);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function changed(task: Task): void {
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

function progressed(id: number, progress: number): void {
  const task = taskOf(id);
  if (task) task.value = { ...task.peek(), progress };
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
