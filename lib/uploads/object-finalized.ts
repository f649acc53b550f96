import type { Storage } from '../ports/storage.ts';
import type { Hashes, Task, TaskStore } from '../ports/tasks.ts';
import { REFUSALS, type UploadStore, type Uploads } from '../ports/uploads.ts';
import type { Log } from '../runtime/log.ts';
import { idOf } from '../runtime/whole-number.ts';
import { originalKey } from '../tasks/object-keys.ts';
import { sizeFailure } from './upload-size.ts';

/** An object that the storage reports as complete. */
export interface FinalizedObject {
  /** Name of the bucket; undefined if it is known to be the right one, or if the storage is a folder. */
  bucket: string | undefined;
  key: string;
  /** Generation of the object under this key; undefined if the event does not contain it. */
  version: string | undefined;
  /** Bytes; undefined if the event does not contain them. */
  size: number | undefined;
  /** Hashes that the storage computes, if the event contains them: a bucket never computes SHA-256. */
  checksums?: Hashes;
}

/**
 * Outcome for the object. `uploaded`: its task proceeds; `known`: the task proceeded before; `refused`: its task failed;
 * `late`: its task had ended, and the object is removed; `unplaced`: it has no task, and is left to the sweep.
 */
export type Placement = 'uploaded' | 'known' | 'refused' | 'late' | 'unplaced';

export interface UploadedDependencies {
  store: TaskStore;
  uploadStore: UploadStore;
  uploads: Uploads;
  originals: Storage;
  /** Bucket of the originals; undefined if they are in a folder, whose name in events is ignored. */
  bucket: string | undefined;
  /** Most bytes of one original. */
  uploadBytes: (userId: number) => Promise<number>;
  log: Log;
}

/** Assigns reported objects to tasks. Reports may be late, duplicated, in any order, or for removed tasks. */
export function createUploaded(parts: UploadedDependencies): (object: FinalizedObject) => Promise<Placement> {
  const { store, uploadStore, uploads, bucket, log } = parts;
  return async (object) => {
    const id = taskIdOf(object.key);
    const placement = id === undefined || isElsewhere(object) ? 'unplaced' : await place(id, object);
    const { key, version } = object;
    log[placement === 'unplaced' ? 'warn' : 'info']('An original was received', {
      taskId: id,
      placement,
      version,
    });
    if (placement === 'late' || placement === 'refused') await uploads.discard(key, version);
    return placement;
  };

  function isElsewhere(object: FinalizedObject): boolean {
    return bucket !== undefined && object.bucket !== undefined && object.bucket !== bucket;
  }

  async function place(id: number, object: FinalizedObject): Promise<Placement> {
    const task = await store.find(id);
    if (!task) return (await uploadStore.hasEnded(id)) ? 'late' : 'unplaced';
    if (originalKey(task) !== object.key) return 'unplaced';
    if (task.state === 'EXPIRED') return 'late';
    if (isRefused(task)) return 'refused';
    return task.state === 'AWAITING_UPLOAD' ? await settle(parts, task, object) : 'known';
  }
}

/** Only the process that changes the row enqueues a message. */
async function settle(parts: UploadedDependencies, task: Task, object: FinalizedObject): Promise<Placement> {
  const { store, uploadStore, originals, uploadBytes } = parts;
  const { size, checksums } = object.size === undefined ? ((await originals.stat(object.key)) ?? {}) : object;
  if (size === undefined) return 'unplaced';
  const failure = sizeFailure(task, size, await uploadBytes(task.userId));
  if (failure) return (await uploadStore.refuse(task.id, failure)) ? 'refused' : 'known';
  return (await store.markUploaded(task.id, checksums)) ? 'uploaded' : 'known';
}

/** Whether the task failed because of its original, so that the original is not kept. */
export function isRefused({ error }: Task): boolean {
  return REFUSALS.some((code) => code === error?.code);
}

/** The task that the first part of a key names, if it names one; ids are PostgreSQL integers. */
export function taskIdOf(key: string): number | undefined {
  return idOf(/^(\d+)\//.exec(key)?.[1]);
}
