import { computed, signal } from '@preact/signals';
import type { TaskQuery } from '../client/index.ts';
import type { Task, TaskState } from './task.ts';

type Value = string | number;

interface Order {
  query: Pick<TaskQuery, 'sort' | 'order'>;
  /** Value by which the service orders tasks before their ids. */
  keyOf: (task: Task) => Value;
}

const byId = (): Value => 0;
const byName = ({ name }: Task): Value => name;
const bySize = ({ result }: Task): Value => result?.size ?? 0;

/** Orders of the list by their names, as the service has them. */
const ORDERS = {
  newest: { query: { sort: 'created', order: '1' }, keyOf: byId },
  oldest: { query: { sort: 'created', order: '0' }, keyOf: byId },
  name: { query: { sort: 'name', order: '0' }, keyOf: byName },
  nameBack: { query: { sort: 'name', order: '1' }, keyOf: byName },
  largest: { query: { sort: 'size', order: '1' }, keyOf: bySize },
  smallest: { query: { sort: 'size', order: '0' }, keyOf: bySize },
  state: { query: { sort: 'state', order: '0' }, keyOf: ({ state }) => state },
} as const satisfies Readonly<Record<string, Order>>;

export type Sort = keyof typeof ORDERS;

export const SORTS: readonly Sort[] = [
  'newest',
  'oldest',
  'name',
  'nameBack',
  'largest',
  'smallest',
  'state',
];

/** Tasks that the list has, and their order. */
export interface Criteria {
  /** A part of the name; empty for all. */
  name: string;
  state: TaskState | undefined;
  format: string | undefined;
  batch: { id: number; name: string } | undefined;
  sort: Sort;
}

/** No limit, the newest first. */
export const EVERYTHING: Criteria = {
  name: '',
  state: undefined,
  format: undefined,
  batch: undefined,
  sort: 'newest',
};

export const criteria = signal<Criteria>(EVERYTHING);

/** Whether the list may lack tasks that the user has. */
export const isLimited = computed(() => {
  const { name, state, format, batch } = criteria.value;
  return name !== '' || state !== undefined || format !== undefined || batch !== undefined;
});

/** The query of the first page. */
export function queryOf({ name, state, format, batch, sort }: Criteria): TaskQuery {
  return {
    ...ORDERS[sort].query,
    ...(name !== '' && { name }),
    ...(state && { state }),
    ...(format && { format }),
    ...(batch && { batchId: batch.id }),
  };
}

/** Whether a task belongs to the list. */
export function fits(task: Task, { name, state, format, batch }: Criteria): boolean {
  return (
    task.name.toLowerCase().includes(name.toLowerCase()) &&
    (state === undefined || task.state === state) &&
    (format === undefined || task.convertedExt === format) &&
    (batch === undefined || task.batchId === batch.id)
  );
}

/** Whether a change of a task may move it. */
export function movesFrom(before: Task, now: Task, sort: Sort): boolean {
  const { keyOf } = ORDERS[sort];
  return keyOf(before) !== keyOf(now);
}

/** Names in the order of Unicode, as the service sorts them. */
const NAMES = new Intl.Collator('en');

/** Negative if the first task comes before the second. */
export function compare(one: Task, other: Task, sort: Sort): number {
  const { keyOf, query } = ORDERS[sort];
  const [a, b] = [keyOf(one), keyOf(other)];
  const byValue =
    typeof a === 'string' && typeof b === 'string' ? NAMES.compare(a, b) : Number(a) - Number(b);
  return (byValue || one.id - other.id) * (query.order === '1' ? -1 : 1);
}
