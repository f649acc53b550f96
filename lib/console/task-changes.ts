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
