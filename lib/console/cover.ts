import { service } from './service.ts';
import type { Part, Task } from './task.ts';

/** A picture for the next result, or the original's again; undefined: no change. */
export type CoverChange = File | 'original' | undefined;

/** Kinds of pictures that the service takes. */
export const PICTURES = 'image/jpeg,image/png,image/webp,image/gif';

/** Sends a cover, or takes a sent one back. */
export async function changeCover({ id, cover }: Task, change: CoverChange): Promise<void> {
  if (change === 'original' && cover) await service.removeCover(id);
  else if (change instanceof File) await service.setCover(id, change);
}

/** An address in the page of the cover that a file has. */
export async function coverOf({ id }: Task, of: Part): Promise<string> {
  const params = { path: { id }, query: { of } };
  const { data, error } = await service.api.GET('/api/tasks/{id}/cover', { params, parseAs: 'blob' });
  if (data === undefined) throw new Error(error?.detail);
  return URL.createObjectURL(new Blob([data]));
}
