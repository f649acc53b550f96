import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { AudioEngine } from '../audio/engine/engine.ts';
import type { OpenedSource } from '../audio/ffmpeg/input.ts';
import type { Storage } from '../ports/storage.ts';
import type { Task, TaskStore } from '../ports/tasks.ts';
import { AppError, hasCode } from '../runtime/errors.ts';
import type { Workspaces } from '../runtime/working-folders.ts';
import type { AnalysisOf } from '../tasks/object-keys.ts';
import type { TaskFile, Tasks } from '../tasks/tasks.ts';
import { openSource } from './open-original.ts';
import { whileThere } from './replaced-file.ts';

/** Values that decoding the files of tasks gives; each is made once and stored with the results. */
export interface KeptAnalysis<T> {
  /** Finds the file of a value without decoding it. Throws `not_found`, `not_ready`, `not_uploaded`. */
  find(userId: number, id: number, of: AnalysisOf): Promise<FoundAnalysis<T>>;
}

export interface FoundAnalysis<T> {
  /** The original or the result. */
  file: TaskFile;
  task: Task;
  /** Reads the stored value, or makes it. Throws `unavailable` if too many values wait, and as `AudioEngine.waveform` and `whileThere`. */
  read(): Promise<T>;
}

export interface AnalysisDependencies {
  tasks: () => Promise<Tasks>;
  store: () => Promise<TaskStore>;
  results: Storage;
  engine: () => Promise<AudioEngine>;
  workspaces: Workspaces;
}

/** One kind of value. */
export interface AnalysisKind<T> {
  key(task: Task, of: AnalysisOf): string;
  make(audio: AudioEngine, open: () => Promise<OpenedSource>, signal: AbortSignal): Promise<T>;
  toBytes(value: T): Buffer;
  fromBytes(bytes: Buffer): T;
}

/** Values of one kind that this process makes at once or that wait; a waiting one holds no file. */
const MOST = 64;

/** Seconds after which some of them are made. */
const RETRY_AFTER = 5;

export function createKeptAnalysis<T>(parts: AnalysisDependencies, kind: AnalysisKind<T>): KeptAnalysis<T> {
  const { tasks, results } = parts;
  /** Values in progress by key: concurrent requests share one run. */
  const making = new Map<string, Promise<T>>();

  return {
    async find(userId, id, of) {
      const service = await tasks();
      const task = await service.get(userId, id);
      const file = await service.file(userId, id, of);
      return { file, task, read: () => readOrMake(task, of, file) };
    },
  };

  async function readOrMake(task: Task, of: AnalysisOf, file: TaskFile): Promise<T> {
    const key = kind.key(task, of);
    const kept = await readKept(results, key);
    if (kept) return kind.fromBytes(kept);
    const running = making.get(key);
    if (!running && making.size >= MOST) throw tooMany();
    const made =
      running ?? whileThere(file, () => make(parts, kind, task, of, file)).finally(() => making.delete(key));
    making.set(key, made);
    return made;
  }
}

async function readKept(results: Storage, key: string): Promise<Buffer | undefined> {
  try {
    return await buffer(await results.read(key));
  } catch (error) {
    if (hasCode(error, 'not_found')) return undefined;
    throw error;
  }
}

async function make<T>(
  { engine, workspaces, results, store }: AnalysisDependencies,
  kind: AnalysisKind<T>,
  task: Task,
  of: AnalysisOf,
  file: TaskFile,
): Promise<T> {
  const audio = await engine();
  const { signal } = new AbortController();
  const value = await workspaces.use((folder) =>
    kind.make(audio, () => openSource(audio, file.storage, file.key, folder, signal), signal),
  );
  const key = kind.key(task, of);
  await results.put(key, Readable.from([kind.toBytes(value)]));
  if (!(await isStillThere(await store(), task, of))) await results.remove(key);
  return value;
}

async function isStillThere(store: TaskStore, { id, revision }: Task, of: AnalysisOf): Promise<boolean> {
  const now = await store.find(id);
  return now !== undefined && (of === 'original' || now.revision === revision);
}

function tooMany(): AppError {
  return new AppError('unavailable', 'Too many files wait to be measured or drawn. Try again.', {
    retryAfter: RETRY_AFTER,
  });
}
