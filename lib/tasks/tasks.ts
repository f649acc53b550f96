import { type Format, findFormat } from '../audio/formats/formats.ts';
import { parseOptions } from '../audio/formats/options.ts';
import type { Storage } from '../ports/storage.ts';
import type { RequestedOutput, Task, TaskPage, TaskStore } from '../ports/tasks.ts';
import { AppError } from '../runtime/errors.ts';
import { fileName, originalKey, resultKey, waveformKey } from './object-keys.ts';

/** What is requested, as it came with a request. */
export interface OutputRequest {
  newFormat: string;
  /** Not looked at yet; undefined stands for none. */
  options?: unknown;
}

/** Where one file of a task is. */
export interface TaskFile {
  storage: Storage;
  key: string;
  /** Bytes. */
  size: number;
  /** Task and revision that the file belongs to, such as `7-2`; an original is of revision 0. */
  version: string;
  /** For the person who saves it. */
  name: string;
  mimeType: string;
}

export interface Tasks {
  /** Throws `invalid_request` or `unsupported_format`, before anything is kept. */
  check(
    filename: string,
    requestedOutput: OutputRequest,
  ): Promise<{ name: string; requestedOutput: RequestedOutput }>;
  list(userId: number, page: TaskPage): Promise<Task[]>;
  /** Throws `not_found`, also for another user's. */
  get(userId: number, id: number): Promise<Task>;
  /** Throws `not_found`, `unsupported_format`, and `not_uploaded` before the original is there. */
  change(userId: number, id: number, requestedOutput: OutputRequest): Promise<Task>;
  /** Removes the task and its files; a conversion that runs notices and stops. Throws `not_found`. */
  remove(userId: number, id: number): Promise<Task>;
  /** Throws `not_found`, and `not_ready` before there is such a file. */
  file(userId: number, id: number, which: 'original' | 'result'): Promise<TaskFile>;
}

export interface TasksDependencies {
  store: TaskStore;
  originals: Storage;
  results: Storage;
  /** What can be asked for. */
  formats: () => Promise<readonly Format[]>;
  /** Cancels uploads that nobody waits for any more. */
  cancelUploads: () => Promise<number>;
}

export function createTasks(parts: TasksDependencies): Tasks {
  const { store, originals, results, formats, cancelUploads } = parts;
  const requestedOutputFor = async ({ newFormat, options = {} }: OutputRequest): Promise<RequestedOutput> => {
    const available = await formats();
    const format = available.find(({ name }) => name === newFormat.toLowerCase());
    if (!format) throw unsupported(newFormat, available);
    return { format: format.name, options: parseOptions(format, options) };
  };
  const check = async (filename: string, requestedOutput: OutputRequest) => {
    const name = fileName(filename);
    return { name, requestedOutput: await requestedOutputFor(requestedOutput) };
  };
  const get = async (userId: number, id: number) => found(await store.find(id, userId));
  /** What belongs to one revision. One that was being finished just now is not known to its row yet, so all go by name. */
  const removeResult = async (task: Task) => {
    const format = findFormat(task.requestedOutput.format);
    const key = task.result?.key ?? (format && resultKey(task, format.extension));
    if (key) await results.remove(key);
    await results.remove(waveformKey(task, 'result'));
  };

  return {
    check,
    get,
    list: (userId, page) => store.list(userId, page),
    async change(userId, id, request) {
      const requestedOutput = await requestedOutputFor(request);
      const before = await get(userId, id);
      const task = await store.change(id, userId, requestedOutput);
      if (!task) throw notUploaded();
      await removeResult(before);
      return task;
    },
    async remove(userId, id) {
      const task = found(await store.remove(id, userId));
      if (task.state === 'AWAITING_UPLOAD') await cancelUploads();
      await originals.remove(originalKey(task));
      await removeResult(task);
      await results.remove(waveformKey(task, 'original'));
      return task;
    },
    async file(userId, id, which) {
      const task = await get(userId, id);
      return which === 'original' ? originalFile(task) : resultFile(task);
    },
  };

  async function originalFile(task: Task): Promise<TaskFile> {
    if (task.state === 'AWAITING_UPLOAD' || task.state === 'EXPIRED') throw notUploaded();
    const key = originalKey(task);
    const size = (await originals.stat(key))?.size;
    if (size === undefined) throw new AppError('not_found', 'The original is no longer there.');
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

  async function resultFile(task: Task): Promise<TaskFile> {
    const format = (await formats()).find(({ name }) => name === task.requestedOutput.format);
    if (!task.result || !format) throw notReady(task);
    const { key, size } = task.result;
    const name = resultKey(task, format.extension).split('/').at(-1) ?? format.name;
    const version = `${task.id}-${task.revision}`;
    return { storage: results, key, size, version, name, mimeType: format.mimeType };
  }
}

function found(task: Task | undefined): Task {
  if (!task) throw new AppError('not_found', 'There is no such task.');
  return task;
}

function notUploaded(): AppError {
  return new AppError('not_uploaded', 'The original of this task has not been uploaded.');
}

function notReady(task: Task): AppError {
  const failed = task.error ? `It failed: ${task.error.message}` : 'Ask for the task until it is PROCESSED.';
  return new AppError('not_ready', `This task is ${task.state} and has no result. ${failed}`);
}

function unsupported(newFormat: string, available: readonly Format[]): AppError {
  const allowed = available.map(({ name }) => name).join(', ');
  const shown = JSON.stringify(newFormat.slice(0, 20));
  return new AppError(
    'unsupported_format',
    `${shown} is not a format that can be made. Expected one of ${allowed}.`,
    {
      details: [{ path: 'newFormat', message: `expected one of ${allowed}` }],
    },
  );
}
