import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Storage } from '../ports/storage.ts';
import type { SentCover, Task, TaskStore } from '../ports/tasks.ts';
import { coverImage } from './cover-image.ts';
import { coverKey } from './object-keys.ts';
import { noSuchTask, removeResult, withoutOriginal } from './tasks.ts';

/** Pictures that clients send as covers of their results. */
export interface Covers {
  /**
   * Gives a task a cover, in place of an earlier one. A task whose original is there is converted again.
   * Throws `invalid_image`, `too_large`, `not_found`, `not_uploaded` and `files_removed` for a task that expired.
   */
  set(userId: number, id: number, bytes: Buffer): Promise<Task>;
  /** Takes the cover back, so that results have the original's again. Throws as `set`. */
  remove(userId: number, id: number): Promise<Task>;
  /** Removes the picture of a task that was removed. */
  forget(task: Task): Promise<void>;
}

/** Describes a cover by its bytes. Throws `invalid_image` and `too_large`. */
export function describeCover(bytes: Buffer): SentCover {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ...coverImage(bytes), size: bytes.length, sha256 };
}

export function createCovers({ store, results }: { store: TaskStore; results: Storage }): Covers {
  const change = async (
    userId: number,
    id: number,
    cover: SentCover | null,
    bytes: Buffer,
  ): Promise<Task> => {
    const before = await store.find(id, userId);
    if (!before) throw noSuchTask();
    if (cover) await results.put(coverKey(id, cover), Readable.from([bytes]));
    const after = await store.setCover(id, userId, cover);
    if (after && after.revision !== before.revision) await removeResult(results, before);
    const kept = after ? after.cover : before.cover;
    for (const one of [before.cover, cover])
      if (one && one.sha256 !== kept?.sha256) await results.remove(coverKey(id, one));
    if (!after) {
      const now = await store.find(id, userId);
      throw now ? withoutOriginal(now) : noSuchTask();
    }
    return after;
  };
  return {
    set: async (userId, id, bytes) => change(userId, id, describeCover(bytes), bytes),
    remove: async (userId, id) => {
      const task = await store.find(id, userId);
      return task && !task.cover ? task : change(userId, id, null, Buffer.alloc(0));
    },
    async forget({ id, cover }) {
      if (cover) await results.remove(coverKey(id, cover));
    },
  };
}
