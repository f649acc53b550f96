import { signal } from '@preact/signals';
import type { components } from '../client/index.ts';
import { service } from './service.ts';
import { type Media, type Part, partsOf, type Task } from './task.ts';

export type Loudness = components['schemas']['Loudness'];

/** Loudness of a file: null if it is too quiet to be measured, undefined if it was not measured. */
export type Measured = Loudness | null | undefined;

/** Measurements while the page is open, by task, revision and part. */
const measured = signal<ReadonlyMap<string, Loudness | null>>(new Map());

const keyOf = ({ id, revision }: Task, part: Part) =>
  part === 'original' ? `${id} original` : `${id} ${revision}`;

const mediaOf = ({ media, result }: Task, part: Part): Media | null =>
  part === 'original' ? media : (result?.media ?? null);

/** The loudness of a file of a task, as far as it is known. */
export function loudnessOf(task: Task, part: Part): Measured {
  return mediaOf(task, part)?.loudness ?? measured.value.get(keyOf(task, part));
}

/** Whether something is left to be measured. */
export function isUnmeasured(task: Task): boolean {
  return partsOf(task).some((part) => loudnessOf(task, part) === undefined);
}

/** Lets the service measure what is not known yet. */
export async function measure(task: Task): Promise<void> {
  await Promise.all(
    partsOf(task).map(async (part) => {
      if (loudnessOf(task, part) !== undefined) return;
      const params = { path: { id: task.id }, query: { of: part } };
      const { data, error } = await service.api.GET('/api/tasks/{id}/loudness', { params });
      if (error) throw new Error(error.detail);
      measured.value = new Map([...measured.value, [keyOf(task, part), data ?? null]]);
    }),
  );
}

/** How loud each file plays, so that both are as loud as the quieter one; 1 where nothing is known. */
export function matchedVolumes(original: Measured, result: Measured): Readonly<Record<Part, number>> {
  if (!original || !result) return { original: 1, result: 1 };
  const quieter = Math.min(original.integrated, result.integrated);
  const volume = ({ integrated }: Loudness) => 10 ** ((quieter - integrated) / 20);
  return { original: volume(original), result: volume(result) };
}
