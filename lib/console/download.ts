import { TonemillError } from '../client/index.ts';
import { service } from './service.ts';
import type { Task } from './task.ts';

/** The address of a file that needs no token, for 15 minutes. @param path of the file in the API */
export async function addressOf(path: string): Promise<string> {
  const { data, error } = await service.api.POST('/api/tickets', { body: { path } });
  if (data === undefined) throw new TonemillError(error?.code ?? 'unexpected_answer', error?.detail ?? '');
  return data.url;
}

/** Path of the result of a task. */
export function resultPath({ id }: Pick<Task, 'id'>): string {
  return `/api/tasks/${id}/result`;
}

/** Path of one of several results of a task. @param number from 1 */
export function numberedPath({ id }: Pick<Task, 'id'>, number: number): string {
  return `/api/tasks/${id}/results/${number}`;
}

/** Path of all results of a task as one ZIP file. */
export function taskZipPath({ id }: Pick<Task, 'id'>): string {
  return `/api/tasks/${id}/results.zip`;
}

/** Path of the results of tasks as one ZIP file; those without a result are left out. */
export function zipPath(ids: readonly number[]): string {
  return `/api/tasks/results.zip?ids=${ids.join(',')}`;
}

/** Lets the browser save a file under the name that the service gives it, without loading it into the page. */
export async function save(path: string): Promise<void> {
  const link = document.createElement('a');
  link.href = await addressOf(path);
  link.download = '';
  link.click();
}
