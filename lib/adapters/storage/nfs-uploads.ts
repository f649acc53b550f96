import type { Storage } from '../../ports/storage.ts';
import type { PartialFiles, Uploads } from '../../ports/uploads.ts';

export interface FolderUploadsOptions {
  originals: Storage;
  partials: PartialFiles;
  /** A token that lets its bearer send the original of this task. */
  sign: (taskId: number, expiresAt: Date) => Promise<string>;
}

/**
 * OpenedSession originals for a folder, which nobody can send files to by itself: so this program's own endpoint takes them.
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
