import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { AudioEngine } from '../audio/engine/engine.ts';
import { fromBytes, toBytes, type Waveform } from '../audio/waveform/peaks.ts';
import type { Storage } from '../ports/storage.ts';
import type { Task, TaskStore } from '../ports/tasks.ts';
import { hasCode } from '../runtime/errors.ts';
import type { Workspaces } from '../runtime/working-folders.ts';
import { type WaveformOf, waveformKey } from '../tasks/object-keys.ts';
import type { TaskFile, Tasks } from '../tasks/tasks.ts';
import { openSource } from './open-original.ts';

/** Waveforms of tasks; each is made once and stored with the results. */
export interface Waveforms {
  /** Finds the file of a waveform without decoding it. Throws `not_found`, `not_ready`, `not_uploaded`. */
  find(userId: number, id: number, of: WaveformOf): Promise<FoundWaveform>;
}

export interface FoundWaveform {
  /** The original or the result. */
  file: TaskFile;
  /** Reads the stored waveform, or makes it. Throws as `AudioEngine.waveform`. */
  read(): Promise<Waveform>;
}

export interface WaveformDependencies {
  tasks: () => Promise<Tasks>;
  store: () => Promise<TaskStore>;
  results: Storage;
  engine: () => Promise<AudioEngine>;
  workspaces: Workspaces;
}

export function createWaveforms(parts: WaveformDependencies): Waveforms {
  const { tasks, results } = parts;
  /** Waveforms in progress by key: concurrent requests share one run. */
  const making = new Map<string, Promise<Waveform>>();

  return {
    async find(userId, id, of) {
      const service = await tasks();
      const task = await service.get(userId, id);
      const file = await service.file(userId, id, of);
      return { file, read: () => readOrMake(task, of, file) };
    },
  };

  async function readOrMake(task: Task, of: WaveformOf, file: TaskFile): Promise<Waveform> {
    const key = waveformKey(task, of);
    const kept = await read(results, key);
    if (kept) return kept;
    const made = making.get(key) ?? make(parts, task, of, file).finally(() => making.delete(key));
    making.set(key, made);
    return made;
  }
}

async function read(results: Storage, key: string): Promise<Waveform | undefined> {
  try {
    return fromBytes(await buffer(await results.read(key)));
  } catch (error) {
    if (hasCode(error, 'not_found')) return undefined;
    throw error;
  }
}

async function make(
  { engine, workspaces, results, store }: WaveformDependencies,
  task: Task,
  of: WaveformOf,
  file: { storage: Storage; key: string },
): Promise<Waveform> {
  const audio = await engine();
  const { signal } = new AbortController();
  const waveform = await workspaces.use((folder) =>
    audio.waveform(() => openSource(audio, file.storage, file.key, folder, signal), signal),
  );
  const key = waveformKey(task, of);
  await results.put(key, Readable.from([toBytes(waveform)]));
  if (!(await isStillThere(await store(), task, of))) await results.remove(key);
  return waveform;
}

async function isStillThere(store: TaskStore, { id, revision }: Task, of: WaveformOf): Promise<boolean> {
  const now = await store.find(id);
  return now !== undefined && (of === 'original' || now.revision === revision);
}
