import { outputsOf } from '../client/index.ts';
import { service } from './service.ts';
import type { Task } from './task.ts';
import type { Wanted } from './wanted.ts';

/** One file of the originals of a batch. */
export interface Join {
  outputs: readonly Wanted[];
  /** Ids of the tracks, in their order. */
  tasks: readonly number[];
  /** Seconds by which neighbours overlap, 0 to 30. */
  crossfade: number;
  /** Title and file name; undefined: those of the batch. */
  name: string | undefined;
}

/** Seconds of the longest crossfade. */
export const LONGEST_CROSSFADE = 30;

/** States of a task whose original can be a track. */
const USABLE: ReadonlySet<string> = new Set(['UPLOADED', 'PROCESSING', 'PROCESSED']);

/** The tasks of a batch in their order, and how many of them cannot be tracks. */
export async function tracksOf(batchId: number): Promise<{ tracks: Task[]; unusable: number }> {
  const all = await Array.fromAsync(service.tasks.all({ batchId, order: '0', max: 200 }));
  const tracks = all.filter(({ state }) => USABLE.has(state));
  return { tracks, unusable: all.length - tracks.length };
}

/** Joins tracks; the task of the join appears among all tasks. */
export async function joinTracks(batchId: number, { outputs, tasks, crossfade, name }: Join): Promise<Task> {
  const request = {
    ...outputsOf(outputs),
    crossfade,
    tasks: [...tasks],
    ...(name !== undefined && { name }),
  };
  return service.batches.join(batchId, request);
}

/** A list with one of its items moved by as many places. */
export function moved<T>(items: readonly T[], from: number, by: number): T[] {
  const [item] = items.slice(from, from + 1);
  return item === undefined ? [...items] : items.toSpliced(from, 1).toSpliced(from + by, 0, item);
}
