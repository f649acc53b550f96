import type { BatchKey, BatchStore } from '../ports/batches.ts';
import type { Creation } from '../ports/idempotency.ts';
import type { Task, TaskStore } from '../ports/tasks.ts';
import { AppError } from '../runtime/errors.ts';
import type { Batches } from '../tasks/batches.ts';
import { JOIN_EXTENSION, MOST_JOINED, writeJoinList } from '../tasks/join-list.ts';
import { fileName } from '../tasks/object-keys.ts';
import { hasOriginal } from '../tasks/tasks.ts';
import type { Fields } from './form-fields.ts';
import type { FormUploads, ReceivedForm } from './form-upload.ts';

/** A join that a client asks for. */
export interface JoinRequest {
  /** The output, and the webhook, as fields of a form. */
  fields: Fields;
  /** Name of the file and title of the whole; undefined: the name of the batch, or the album of the tracks. */
  name: string | undefined;
  /** Ids of tasks of the batch, in their order; undefined: all of them. */
  tasks: readonly number[] | undefined;
  /** Seconds by which neighbours overlap. */
  crossfade: number;
}

/** Joins of the originals of a batch. */
export interface Joins {
  /**
   * Creates a task whose original is the list of the tracks. Throws `not_found`, `invalid_request`, `not_ready` for a track that
   * was not uploaded or failed, and as `FormUploads.receive`.
   */
  create(key: BatchKey, request: JoinRequest, creation?: Creation): Promise<ReceivedForm>;
}

export interface JoinsDependencies {
  batches: Pick<Batches, 'get'>;
  batchStore: Pick<BatchStore, 'taskIds'>;
  store: Pick<TaskStore, 'findAll'>;
  formUploads: FormUploads;
}

export function createJoins({ batches, batchStore, store, formUploads }: JoinsDependencies): Joins {
  return {
    async create(key, request, creation) {
      const batch = await batches.get(key);
      const all = (await batchStore.taskIds(key.id, MOST_JOINED)).toSorted((one, other) => one - other);
      const ids = request.tasks ?? all;
      const found = await store.findAll(new Set(all));
      mustBeOfBatch(ids, found);
      mustBeJoinable(ids, found);
      const title = request.name ?? batch.name;
      const list = writeJoinList({ join: ids, title, crossfade: request.crossfade });
      // A title is no path: AC/DC is one name.
      const name = fileName(`${(title ?? `batch ${key.id}`).replace(/[/\\]/g, '_')}.${JOIN_EXTENSION}`);
      return formUploads.receive(key.userId, listFile(name, request.fields, list), creation);
    },
  };
}

function mustBeOfBatch(ids: readonly number[], found: ReadonlyMap<number, Task>): void {
  const foreign = ids.findIndex((id) => !found.has(id));
  if (ids.length > 0 && foreign < 0) return;
  const path = ids.length === 0 ? 'tasks' : `tasks.${foreign}`;
  const message = 'expected ids of tasks of this batch';
  throw new AppError('invalid_request', `The request is not valid. ${path}: ${message}.`, {
    details: [{ path, message }],
  });
}

/** A track that has not come yet may never come, so that the join is refused and nothing waits. */
function mustBeJoinable(ids: readonly number[], found: ReadonlyMap<number, Task>): void {
  const refused = ids.flatMap((id, index) => {
    const task = found.get(id);
    return task && (!hasOriginal(task) || task.state === 'FAILED') ? [{ task, index }] : [];
  });
  if (refused.length === 0) return;
  const details = refused.slice(0, 100).map(({ task, index }) => ({
    path: `tasks.${index}`,
    message: `task ${task.id} (${task.name}) is ${task.state}${task.error ? `: ${task.error.message}` : ''}`,
  }));
  const [first] = details;
  const sentence = `${refused.length} of ${ids.length} tracks cannot be joined: ${first?.message}`;
  throw new AppError('not_ready', `${sentence}. List the others in tasks, or send what is missing.`, {
    details,
  });
}

/** The list as the one file of a form. */
function listFile(name: string, fields: Fields, list: Buffer): Parameters<FormUploads['receive']>[1] {
  return {
    name,
    before: fields,
    content: (async function* () {
      yield list;
    })(),
    end: async () => fields,
    cover: () => undefined,
  };
}
