import { type Format, findFormat } from '../audio/formats/formats.ts';
import { parseOptions } from '../audio/formats/options.ts';
import type { Storage } from '../ports/storage.ts';
import type { RequestedOutput, Task, TaskPage, TaskStore } from '../ports/tasks.ts';
import { AppError } from '../runtime/errors.ts';
import { fileName, originalKey, resultKey, waveformKey } from './object-keys.ts';

/** The requested output as a request gives it. */
export interface OutputRequest {
  newFormat: string;
  /** Not yet validated; undefined: no options. */
  options?: unknown;
}

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
  /** Validates a new task without storing it. Throws `invalid_request`, `unsupported_format`, `too_large`. */
  check(
    filename: string,
    requestedOutput: OutputRequest,
  ): Promise<{ name: string; requestedOutput: RequestedOutput }>;
  list(userId: number, page: TaskPage): Promise<Task[]>;
  /** Throws `not_found`, also for a task of another user. */
  get(userId: number, id: number): Promise<Task>;
  /** Changes the requested output. Throws `not_found`, `unsupported_format`, and `not_uploaded` before the upload. */
  change(userId: number, id: number, requestedOutput: OutputRequest): Promise<Task>;
  /** Removes the task and its files; a running conversion stops at its next heartbeat. Throws `not_found`. */
  remove(userId: number, id: number): Promise<Task>;
  /** Throws `not_found`, `not_uploaded`, and `not_ready` before the conversion has ended. */
  file(userId: number, id: number, which: 'original' | 'result'): Promise<TaskFile>;
}

export interface TasksDependencies {
  store: TaskStore;
  originals: Storage;
  results: Storage;
  /** Available output formats. */
  formats: () => Promise<readonly Format[]>;
  /** Cancels the upload sessions of tasks that ended before their upload. */
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
  /** Removes the files of one revision. Their names do not depend on the row, which may not yet know a new result. */
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
  if (!task) throw new AppError('not_found', 'This task does not exist.');
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
    `${shown} is not an available format. Expected one of ${allowed}.`,
    {
      details: [{ path: 'newFormat', message: `expected one of ${allowed}` }],
    },
  );
}
