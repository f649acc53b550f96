import { join } from 'node:path';
import type { Adaptation } from '../audio/media/adaptations.ts';
import type { Storage } from '../ports/storage.ts';
import type { Task } from '../ports/tasks.ts';
import { coverKey } from '../tasks/object-keys.ts';

/** The cover that the owner of a task sent, as a file of this machine. */
export interface FetchedCover {
  /** Undefined if none was sent, or if it is lost. */
  cover: { path: string; mimeType: string } | undefined;
  adaptations: readonly Adaptation[];
}

/** Fetches the sent cover of a task. A bucket may have removed it by age; the conversion then goes on without it. */
export async function fetchCover(
  results: Storage,
  { id, cover }: Task,
  folder: string,
): Promise<FetchedCover> {
  if (!cover) return { cover: undefined, adaptations: [] };
  const key = coverKey(id, cover);
  if (!(await results.stat(key))) return { cover: undefined, adaptations: [LOST] };
  const path = join(folder, 'cover');
  await results.fetch(key, path);
  return { cover: { path, mimeType: cover.mimeType }, adaptations: [] };
}

const LOST: Adaptation = {
  property: 'coverArt',
  from: 'sent',
  to: 'left out',
  code: 'cover_gone',
  reason: 'The sent cover is no longer stored. Send it again.',
};
