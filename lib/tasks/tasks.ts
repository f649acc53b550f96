import type { Format } from '../audio/formats/formats.ts';
import type { MediaInfo } from '../audio/media/media-info.ts';
import { isOfAlbum } from '../ports/albums.ts';
import type { Storage } from '../ports/storage.ts';
import type {
  FurtherResult,
  Owner,
  RequestedOutputs,
  ShownTask,
  Task,
  TaskPage,
  TaskStore,
  Usage,
} from '../ports/tasks.ts';
import { AppError } from '../runtime/errors.ts';
import { mustHaveAlbum } from './album-request.ts';
import { analysisKeys, blocksKey, coverKey, fileName, originalKey } from './object-keys.ts';
import { removeParts } from './part-files.ts';
import { removeEach } from './removals.ts';
import type { OutputRequest, OutputRequests } from './requested-output.ts';
import { namedResults } from './result-names.ts';

/** The place of one file of a task. */
export interface TaskFile {
  storage: Storage;
  key: string;
  /** Bytes. */
  size: number;
  /** Task and revision of the file, such as `7-2`; an original has revision 0. */
  version: string;
  /** File name for a download. */
  name: string;
  mimeType: string;
}

export interface Tasks {
  /**
   * Validates a new task without storing it. Throws `invalid_request`, `unsupported_format`, `too_large`.
   * @param inBatch whether it will belong to a batch, of which it may ask for the album; default: false
   */
  check(
    userId: number,
    filename: string,
    requestedOutput: OutputRequest,
    inBatch?: boolean,
  ): Promise<{ name: string; requestedOutput: RequestedOutputs }>;
  /** An empty page may also mean that the owner no longer exists. */
  list(owner: Owner, page: TaskPage): Promise<ShownTask[]>;
  /** A task as JSON; undefined if it does not exist, has another owner, or if its owner no longer exists. */
  show(owner: Owner, id: number): Promise<string | undefined>;
  /** Throws `not_found`, also for a task of another user. */
  get(userId: number, id: number): Promise<Task>;
  /** Changes the requested output. Throws `not_found`, `unsupported_format`, and `not_uploaded` before the upload, `files_removed`. */
  change(userId: number, id: number, requestedOutput: OutputRequest): Promise<Task>;
  /** Removes the task and its files; a running conversion stops at its next heartbeat. Throws `not_found`. */
  remove(userId: number, id: number): Promise<Task>;
  /** Removes all tasks of an owner as `remove` does. */
  removeAll(owner: Owner): Promise<void>;
  usage(userId: number): Promise<Usage>;
  /**
   * Throws `not_found`, `not_uploaded`, `files_removed`, and `not_ready` before the conversion has ended.
   * @param which `result`, or a number from 1: that result
   */
  file(userId: number, id: number, which: 'original' | 'result' | number): Promise<TaskFile>;
  /** All results of a task with their names, in the order of its outputs. Throws `not_found`, `files_removed`, `not_ready`. */
  results(userId: number, id: number): Promise<FurtherResult[]>;
  /** Media information with the name of its file. Throws `not_found`, `not_ready`. */
  media(
    userId: number,
    id: number,
    which: 'original' | 'result',
  ): Promise<{ name: string; media: MediaInfo }>;
}

export interface TasksDependencies {
  store: TaskStore;
  originals: Storage;
  results: Storage;
  /** Available output formats. */
  formats: () => Promise<readonly Format[]>;
  outputs: Pick<OutputRequests, 'resolve'>;
  /** Cancels the upload sessions of tasks that ended before their upload. */
  cancelUploads: () => Promise<number>;
}

export function createTasks(parts: TasksDependencies): Tasks {
  const { store, originals, results, formats, outputs, cancelUploads } = parts;
  const check = async (userId: number, filename: string, request: OutputRequest, inBatch = false) => {
    const name = fileName(filename);
    const requestedOutput = await outputs.resolve(userId, request);
    mustHaveAlbum(requestedOutput, inBatch);
    return { name, requestedOutput };
  };
  const get = async (userId: number, id: number) => found(await store.find(id, userId));

  const remove = async (userId: number, id: number) => {
    const task = found(await store.remove(id, userId));
    if (task.state === 'AWAITING_UPLOAD') await cancelUploads();
    await originals.remove(originalKey(task));
    for (const key of keysAmongResults(task)) await results.remove(key);
    await removeParts(results, task);
    return task;
  };
  const firstOf = (owner: Owner) => store.list(owner, { limit: 100, descending: true });

  return {
    check,
    get,
    list: (owner, page) => store.list(owner, page),
    show: (owner, id) => store.show(owner, id),
    async change(userId, id, request) {
      const requestedOutput = await outputs.resolve(userId, request);
      const before = await get(userId, id);
      mustHaveAlbum(requestedOutput, before.batchId !== null);
      const task = await store.change(id, userId, requestedOutput);
      if (!task) throw withoutOriginal(before);
      await removeResult(results, before);
      return task;
    },
    remove,
    async removeAll(owner) {
      await removeEach(
        async () => (await firstOf(owner)).map(({ id }) => id),
        (id) => remove(owner.userId, id),
      );
    },
    usage: (userId) => store.usage(userId),
    async file(userId, id, which) {
      const task = await get(userId, id);
      return which === 'original' ? originalFile(task) : resultFile(task, which === 'result' ? 1 : which);
    },
    results: async (userId, id) => resultsOf(await get(userId, id)),
    async media(userId, id, which) {
      const task = await get(userId, id);
      const media = which === 'original' ? task.media : task.result?.media;
      if (!media)
        throw areRemoved(task) ? filesRemoved() : which === 'original' ? notProbed(task) : notReady(task);
      return { name: which === 'original' ? task.name : (await resultFile(task, 1)).name, media };
    },
  };

  async function originalFile(task: Task): Promise<TaskFile> {
    if (!hasOriginal(task)) throw withoutOriginal(task);
    const key = originalKey(task);
    const size = (await originals.stat(key))?.size;
    if (size === undefined) throw new AppError('not_found', 'The original no longer exists.');
    const mimeType = (await formats()).find((format) => format.extension === task.originalExt)?.mimeType;
    return {
      storage: originals,
      key,
      size,
      version: `${task.id}-0`,
      name: task.name,
      mimeType: mimeType ?? 'application/octet-stream',
    };
  }

  async function resultFile(task: Task, number: number): Promise<TaskFile> {
    const made = resultsOf(task);
    const result = made[number - 1];
    if (!result) throw noSuchResult(number, made.length);
    const format = (await formats()).find(({ name }) => name === result.format);
    if (!format) throw notReady(task);
    const { key, size, name } = result;
    const version = `${task.id}-${task.revision}${number === 1 ? '' : `-${number}`}`;
    return { storage: results, key, size, version, name, mimeType: format.mimeType };
  }
}

/** Results of a task with their names. Throws `files_removed`, `not_ready`. */
function resultsOf(task: Task): FurtherResult[] {
  if (areRemoved(task)) throw filesRemoved();
  const [first] = namedResults(task);
  if (!task.result || !first) throw notReady(task);
  const { more = [], ...result } = task.result;
  return [{ ...result, format: first.format, name: result.name ?? first.name }, ...more];
}

/** Removes the files of one revision. Their names do not depend on the row, which may not yet know a new result. */
export async function removeResult(results: Storage, task: Task): Promise<void> {
  for (const key of keysOfRevision(task)) await results.remove(key);
  await removeParts(results, task);
}

function keysOfRevision(task: Task): string[] {
  const keys = new Set(namedResults(task).map(({ key }) => key));
  for (const { key } of task.result ? [task.result, ...(task.result.more ?? [])] : []) keys.add(key);
  return [...keys, ...analysisKeys(task, 'result')];
}

/** Whether a task should have an original. */
export function hasOriginal(task: Task): boolean {
  return task.state !== 'AWAITING_UPLOAD' && task.state !== 'EXPIRED';
}

/** Keys of everything that a task may have under the results root. */
export function keysAmongResults(task: Task): string[] {
  const cover = task.cover ? [coverKey(task.id, task.cover)] : [];
  const blocks = isOfAlbum(task.requestedOutput) ? [blocksKey(task)] : [];
  return [...keysOfRevision(task), ...analysisKeys(task, 'original'), ...blocks, ...cover];
}

/** Whether the files of a task were removed after their time. */
function areRemoved({ state, error }: Task): boolean {
  return state === 'EXPIRED' && error?.code === 'files_removed';
}

/** The error for a task whose files were removed after their time. */
function filesRemoved(): AppError {
  const sentence = 'The time for which this service keeps files is over, and those of this task are removed.';
  return new AppError('files_removed', sentence);
}

/** The error for a task whose original never came, or is gone. */
export function withoutOriginal(task: Task): AppError {
  return areRemoved(task) ? filesRemoved() : notUploaded();
}

function found(task: Task | undefined): Task {
  if (!task) throw noSuchTask();
  return task;
}

export function noSuchTask(): AppError {
  return new AppError('not_found', 'This task does not exist.');
}

function notUploaded(): AppError {
  return new AppError('not_uploaded', 'The original of this task has not been uploaded.');
}

function noSuchResult(number: number, count: number): AppError {
  const expected = count === 1 ? 'expected 1' : `expected 1 to ${count}`;
  const details = [{ path: 'number', message: expected }];
  return new AppError('not_found', `This task has no result ${number}: ${expected}.`, { details });
}

function notReady(task: Task): AppError {
  const failed = task.error ? `It failed: ${task.error.message}` : 'Ask for the task until it is PROCESSED.';
  return new AppError('not_ready', `This task is ${task.state} and has no result. ${failed}`);
}

function notProbed({ state }: Task): AppError {
  const sentence = `This task is ${state}: its original has no media information yet.`;
  return new AppError('not_ready', sentence);
}
