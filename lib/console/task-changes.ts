import { signal } from '@preact/signals';
import { outputsOf } from '../client/index.ts';
import { service } from './service.ts';
import { changed } from './tasks.ts';
import type { Wanted } from './wanted.ts';

/** Tasks of which this page requests another output at this moment: nobody may ask for their results any more. */
export const leaving = signal<ReadonlySet<number>>(new Set());

/** Requests other outputs of the same original. */
export async function convertAgain(id: number, outputs: readonly Wanted[]): Promise<void> {
  leaving.value = new Set([...leaving.value, id]);
  try {
    changed(await service.tasks.change(id, outputsOf(outputs)));
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
