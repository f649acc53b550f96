import { effect, signal, untracked } from '@preact/signals';
import type { Batch } from '../client/index.ts';
import { t } from './messages.ts';
import { complain } from './notices.ts';
import { service } from './service.ts';
import { session } from './session.ts';

/** Batches in one request. */
const PAGE = 20;

/** Milliseconds for which changes gather before the list is read again. */
const GATHERED = 1000;

/** The batches of the user, the newest first, as far as they were read. */
export const batches = signal<readonly Batch[]>([]);

/** Whether there are older batches than those. */
export const hasOlder = signal(false);

/** Whether the list is about to be read. */
let isAwaited = false;

/** Reads the newest batches, as many as are shown. */
export async function readBatches(): Promise<void> {
  const max = Math.min(100, Math.max(PAGE, batches.value.length));
  const newest = await service.batches.list({ max });
  const least = newest.at(-1)?.id ?? 0;
  hasOlder.value = newest.length === max;
  batches.value = [...newest, ...batches.value.filter(({ id }) => id < least && hasOlder.value)];
}

/** Reads the batches again soon, however many changes there are. */
export function batchesChanged(): void {
  if (isAwaited) return;
  isAwaited = true;
  setTimeout(() => {
    isAwaited = false;
    readBatches().catch(complain);
  }, GATHERED);
}

export async function readOlder(): Promise<void> {
  const after = batches.value.at(-1)?.id;
  const older = await service.batches.list({ max: PAGE, ...(after !== undefined && { after }) });
  hasOlder.value = older.length === PAGE;
  batches.value = [...batches.value, ...older];
}

/** Removes a batch with its tasks and their files. */
export async function removeBatch(id: number): Promise<void> {
  await service.batches.remove(id);
  batches.value = batches.value.filter((other) => other.id !== id);
}

/** Reads the batches of each user who comes. */
export function followBatches(): void {
  effect(() => {
    if (session.value === 'open') untracked(readBatches).catch(complain);
    else {
      batches.value = [];
      hasOlder.value = false;
    }
  });
}

/** The name of a batch, or its number. */
export function nameOf({ id, name }: Batch): string {
  return name ?? t('batch.unnamed', { id });
}
