import type { Readable } from 'node:stream';
import { makeZip, predictLength } from 'client-zip';
import { findFormat } from '../audio/formats/formats.ts';
import type { Storage } from '../ports/storage.ts';
import type { TaskResult, TaskResultStore } from '../ports/task-results.ts';
import { AppError } from '../runtime/errors.ts';
import { createUniqueNames, portableName } from './archive-names.ts';
import { stem } from './object-keys.ts';

/** Entry that names the tasks without a result. */
const MISSING = 'missing.txt';

/** A ZIP file of results, as it will be. */
export interface ResultArchive {
  /** Bytes. */
  size: bigint;
  /**
   * Streams the file, and holds a few chunks of one result in memory. An error of a result, or one that is shorter than it
   * was, errors the stream.
   */
  read(): ReadableStream<Uint8Array>;
}

/**
 * ZIP files of many results. Entries are stored without compression, since audio has no more to give. Tasks without a
 * result are left out, and listed in the entry `missing.txt`.
 */
export interface ResultArchives {
  /** Throws `not_ready` if no task has a result. */
  ofBatch(userId: number, batchId: number): Promise<ResultArchive>;
  /** Throws `not_found`, which names the ids, and `not_ready` if no task has a result. */
  ofTasks(userId: number, ids: readonly number[]): Promise<ResultArchive>;
}

export interface ResultArchivesDependencies {
  store: TaskResultStore;
  results: Pick<Storage, 'read'>;
}

export function createResultArchives({ store, results }: ResultArchivesDependencies): ResultArchives {
  return {
    ofBatch: async (userId, batchId) => archive(results, await store.ofBatch(userId, batchId)),
    async ofTasks(userId, ids) {
      const tasks = await store.ofTasks(userId, ids);
      const found = new Set(tasks.map(({ id }) => id));
      const absent = [...new Set(ids)].filter((id) => !found.has(id));
      if (absent.length > 0) throw noSuchTasks(absent);
      return archive(results, tasks);
    },
  };
}

/** One entry of the archive; `content` is opened in its turn. */
interface Entry {
  name: string;
  size: number;
  lastModified: Date;
  content: () => Promise<Readable> | Buffer;
}

function archive(results: Pick<Storage, 'read'>, tasks: readonly TaskResult[]): ResultArchive {
  const entries = entriesOf(results, tasks);
  return {
    size: predictLength(entries.map(({ name, size }) => ({ name, size }))),
    read: () => makeZip(inputs(entries)),
  };
}

function entriesOf(results: Pick<Storage, 'read'>, tasks: readonly TaskResult[]): Entry[] {
  const unique = createUniqueNames();
  const entries = tasks.flatMap(({ file, ...task }): Entry[] => {
    if (!file) return [];
    const files = [{ ...file, name: resultName(task) }, ...(task.more ?? [])];
    return files.map(({ key, size, name }) => ({
      name: unique(portableName(name)),
      size,
      lastModified: file.at,
      content: () => results.read(key),
    }));
  });
  if (entries.length === 0) throw nothingReady(tasks);
  const missing = tasks.filter(({ file }) => !file).map(missingLine);
  if (missing.length === 0) return entries;
  const text = Buffer.from(missing.join(''));
  const list = { name: unique(MISSING), size: text.length, lastModified: new Date(), content: () => text };
  return [...entries, list];
}

function resultName({ name, format, resultName: given, partName }: Omit<TaskResult, 'file'>): string {
  return partName ?? `${given ?? stem(name)}.${findFormat(format)?.extension ?? format}`;
}

function missingLine({ id, name, state, error }: TaskResult): string {
  return `${id} ${name}: ${state}${error === null ? '' : `, ${error}`}\n`;
}

/**
 * Inputs for the library, one open at a time. Its reader calls `throw` when the client goes away, and waits for no result
 * of that; the open result is closed by then.
 */
function inputs(entries: readonly Entry[]) {
  let open: Readable | undefined;
  const generator = (async function* () {
    for (const { name, size, lastModified, content } of entries) {
      const input = await content();
      if (Buffer.isBuffer(input)) yield { name, lastModified, input: Uint8Array.from(input) };
      else {
        open = input;
        yield { name, lastModified, input: whole(input, size) };
      }
    }
  })();
  const close = async () => {
    open?.destroy();
    await generator.return();
    open?.destroy();
    return { done: true, value: undefined } as const;
  };
  return { [Symbol.asyncIterator]: () => ({ next: () => generator.next(), return: close, throw: close }) };
}

/** Bytes of a result. Throws if there are fewer or more than the row says, since the archive's length is known by then. */
async function* whole(input: Readable, size: number): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const chunk of input) {
    read += chunk.length;
    if (read > size) break;
    yield chunk;
  }
  if (read !== size) throw new Error(`a result has ${read} bytes, and its row says ${size}`);
}

function noSuchTasks(ids: readonly number[]): AppError {
  const shown = ids.slice(0, 20);
  const more = ids.length > shown.length ? ` and ${ids.length - shown.length} more` : '';
  return new AppError('not_found', `These tasks do not exist: ${shown.join(', ')}${more}.`, {
    details: [{ path: 'ids', message: `expected ids of your tasks; there is no ${shown.join(', ')}` }],
  });
}

function nothingReady(tasks: readonly TaskResult[]): AppError {
  const sentence =
    tasks.length === 0 ? 'There are no tasks.' : `None of the ${tasks.length} tasks is PROCESSED.`;
  return new AppError('not_ready', `There is no result to send. ${sentence}`);
}
