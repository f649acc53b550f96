import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { AudioEngine } from '../audio/engine/engine.ts';
import { type Joined, type JoinTrack, ofTrack } from '../audio/engine/join.ts';
import type { Storage } from '../ports/storage.ts';
import type { Task, TaskStore } from '../ports/tasks.ts';
import { AppError, hasCode } from '../runtime/errors.ts';
import { JOIN_EXTENSION, type JoinList, MOST_LIST_BYTES, readJoinList } from '../tasks/join-list.ts';
import { originalKey, stem } from '../tasks/object-keys.ts';
import { hasOriginal } from '../tasks/tasks.ts';
import { openSource } from './open-original.ts';

export interface JoinDependencies {
  tasks: Pick<TaskStore, 'findAll'>;
  originals: Storage;
  engine: AudioEngine;
}

/**
 * Opens the originals of the tasks that the original of a join lists, as one. Undefined if the original is an ordinary file.
 * @param copied whether the packets of the tracks are joined as they are
 * @throws `cannot_join` for a track that is not there, and as `Prober.probe`, with the number of the track
 */
export async function openJoin(
  parts: JoinDependencies,
  task: Task,
  copied: boolean,
  folder: string,
  signal: AbortSignal,
): Promise<Joined | undefined> {
  const list = await listOf(parts.originals, task);
  if (!list) return undefined;
  const found = await parts.tasks.findAll(new Set(list.join));
  const sources = list.join.map((id, index) => mustBeThere(found.get(id), task.userId, index, id));
  const tracks: JoinTrack[] = [];
  for (const [index, source] of sources.entries()) {
    const own = join(folder, `track-${index + 1}`);
    await mkdir(own, { mode: 0o700 });
    tracks.push(await openTrack(parts, source, index, own, signal));
  }
  return parts.engine.join({ tracks, title: list.title, crossfade: list.crossfade, copied, folder, signal });
}

async function listOf(originals: Storage, task: Task): Promise<JoinList | undefined> {
  if (task.originalExt !== JOIN_EXTENSION) return undefined;
  const key = originalKey(task);
  const size = (await originals.stat(key))?.size ?? 0;
  return size <= MOST_LIST_BYTES ? readJoinList(await buffer(await originals.read(key))) : undefined;
}

function mustBeThere(source: Task | undefined, userId: number, index: number, id: number): Task {
  const place = `Track ${index + 1} of the join, the original of task ${id},`;
  if (source?.userId !== userId) throw new AppError('cannot_join', `${place} was removed.`);
  if (source.originalExt === JOIN_EXTENSION) throw new AppError('cannot_join', `${place} is a join itself.`);
  if (!hasOriginal(source))
    throw new AppError('cannot_join', `${place} is not there: it is ${source.state}.`);
  return source;
}

async function openTrack(
  { engine, originals }: JoinDependencies,
  source: Task,
  index: number,
  folder: string,
  signal: AbortSignal,
): Promise<JoinTrack> {
  try {
    const opened = await openSource(engine, originals, originalKey(source), folder, signal);
    return { ...opened, name: stem(source.name) };
  } catch (error) {
    if (!hasCode(error, 'not_found')) throw ofTrack(index, source.name, error);
    const sentence = `Track ${index + 1} of the join (${source.name}) was removed.`;
    throw new AppError('cannot_join', sentence, { cause: error });
  }
}
