import type { Storage } from '../../ports/storage.ts';
import type { PartialFiles, Uploads } from '../../ports/uploads.ts';

export interface FolderUploadsOptions {
  originals: Storage;
  partials: PartialFiles;
  /** Makes a token that permits its bearer to send the original of this task. */
  sign: (taskId: number, expiresAt: Date) => Promise<string>;
}

/**
 * Upload sessions for a folder. A folder has no upload endpoint, so this program's own endpoint receives the files.
 * The token is in the query, since paths are logged.
 */
export function createFolderUploads({ originals, partials, sign }: FolderUploadsOptions): Uploads {
  return {
    async open({ task, service }) {
      const token = await sign(task.id, task.uploadExpiresAt);
      return { url: `${service}/api/uploads/${task.id}?token=${token}`, session: String(task.id) };
    },
    cancel: (session) => partials.remove(Number(session)),
    discard: (key) => originals.remove(key),
  };
}
