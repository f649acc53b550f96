import { createHash, randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { undefinedFor } from '../../runtime/errors.ts';
import { makeFolder } from '../../runtime/private-folder.ts';
import type { Job } from './converter.ts';

/** A task whose result has not arrived here. */
export interface KeptUpload {
  taskId: number;
  /** Address of its upload session, which is a secret. */
  url: string;
}

/** Tasks that a later run of the same command goes on with: one small file each, which only this user can read. */
export interface KeptUploads {
  find(job: Job): Promise<KeptUpload | undefined>;
  keep(job: Job, upload: KeptUpload): Promise<void>;
  forget(job: Job): Promise<void>;
}

/** @param folder absolute @param service its address */
export function createKeptUploads(folder: string, service: string): KeptUploads {
  const pathOf = (job: Job) => join(folder, 'uploads', `${hashOf(service, job)}.json`);
  return {
    async find(job) {
      const text = await readFile(pathOf(job), 'utf8').catch(undefinedFor('ENOENT', 'ENOTDIR'));
      return text === undefined ? undefined : parsed(text);
    },
    async keep(job, upload) {
      await makeFolder(join(folder, 'uploads'));
      const partial = join(folder, 'uploads', `${randomUUID()}.partial`);
      try {
        await writeFile(partial, JSON.stringify(upload), { mode: 0o600 });
        await rename(partial, pathOf(job));
      } finally {
        await rm(partial, { force: true });
      }
    },
    async forget(job) {
      await rm(pathOf(job), { force: true });
    },
  };
}

/** A file that changed since, or another request for it, is another upload. */
function hashOf(service: string, { path, size, mtime, format, options }: Job): string {
  const what = [service, resolve(path), size, mtime.getTime(), format, options];
  return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 40);
}

function parsed(text: string): KeptUpload | undefined {
  try {
    const content: unknown = JSON.parse(text);
    return isKept(content) ? content : undefined;
  } catch {
    return undefined;
  }
}

function isKept(content: unknown): content is KeptUpload {
  if (typeof content !== 'object' || content === null) return false;
  return (
    'taskId' in content &&
    typeof content.taskId === 'number' &&
    'url' in content &&
    typeof content.url === 'string'
  );
}
