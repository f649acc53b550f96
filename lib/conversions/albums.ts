import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { type AlbumOfTrack, albumLevel, albumQuestion, type TrackBlocks } from '../audio/engine/album.ts';
import type { AudioEngine } from '../audio/engine/engine.ts';
import type { OpenedSource } from '../audio/ffmpeg/input.ts';
import type { Options } from '../audio/formats/options.ts';
import type { AlbumStore, AlbumTrack } from '../ports/albums.ts';
import type { Storage } from '../ports/storage.ts';
import { hasCode, isFailure } from '../runtime/errors.ts';
import { lazy } from '../runtime/lazy.ts';
import { JOIN_EXTENSION } from '../tasks/join-list.ts';
import { blocksKey, originalKey } from '../tasks/object-keys.ts';
import type { Attempt } from './attempt.ts';
import { openSource } from './open-original.ts';

export interface AlbumDependencies {
  albums: AlbumStore;
  originals: Storage;
  results: Storage;
  engine: AudioEngine;
}

/** The original of an attempt, and its working folder. */
interface Material {
  folder: string;
  opened: OpenedSource;
}

/** Finds the album of a track by the options of an output; undefined if they ask for none. */
export type Album = (options: Options) => Promise<AlbumOfTrack | undefined>;

/**
 * The album of the task of an attempt. Each original of the album is measured once, by any worker, and its gating blocks are kept; the
 * level that is found first holds for all tracks, also if one is removed later.
 */
export function openAlbum(parts: AlbumDependencies, attempt: Attempt, { folder, opened }: Material): Album {
  const { albums, engine } = parts;
  const { task, abort } = attempt;
  const own = lazy(() => keptOr(parts, task, () => engine.blocks(opened, abort.signal)));
  const all = lazy(async () => {
    const others = (await albums.tracks(task.batchId ?? 0)).filter(({ id }) => id !== task.id);
    return [await own(), ...(await measureOthers(parts, shuffled(others), folder, abort.signal))];
  });
  return async (options) => {
    const { batchId } = task;
    const question = albumQuestion(options);
    if (question === undefined || batchId === null) return undefined;
    const { truePeak: peak } = await own();
    const known = await albums.level(batchId, question);
    if (known !== undefined) return { level: known, peak };
    return { level: await albums.keepLevel(batchId, question, albumLevel(options, await all())), peak };
  };
}

/** Workers that begin at the same time measure different originals. */
function shuffled(tracks: readonly AlbumTrack[]): AlbumTrack[] {
  const placed = tracks.map((track) => ({ track, place: Math.random() }));
  return placed.sort((one, other) => one.place - other.place).map(({ track }) => track);
}

async function measureOthers(
  parts: AlbumDependencies,
  others: readonly AlbumTrack[],
  folder: string,
  signal: AbortSignal,
): Promise<TrackBlocks[]> {
  const measured: TrackBlocks[] = [];
  for (const other of others) {
    signal.throwIfAborted();
    const blocks = await measureOther(parts, other, join(folder, `album-${other.id}`), signal);
    if (blocks) measured.push(blocks);
  }
  return measured;
}

/** Undefined for a track that does not count: its original cannot be read, is gone, or is a join. */
async function measureOther(
  parts: AlbumDependencies,
  other: AlbumTrack,
  folder: string,
  signal: AbortSignal,
): Promise<TrackBlocks | undefined> {
  const { engine, originals } = parts;
  if (other.originalExt === JOIN_EXTENSION) return undefined;
  try {
    return await keptOr(parts, other, async () => {
      await mkdir(folder, { mode: 0o700 });
      const opened = await openSource(engine, originals, originalKey(other), folder, signal);
      return engine.blocks(opened, signal);
    });
  } catch (error) {
    if (isFailure(error) || hasCode(error, 'not_found')) return undefined;
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const BLOCKS = z.object({
  counts: z.array(z.tuple([z.int(), z.int()])),
  truePeak: z.number().nullable(),
  channels: z.int(),
});

/** Reads the kept blocks of an original, or makes and keeps them. */
async function keptOr(
  { results }: AlbumDependencies,
  track: Pick<AlbumTrack, 'id'>,
  make: () => Promise<TrackBlocks>,
): Promise<TrackBlocks> {
  const key = blocksKey(track);
  const kept = await readKept(results, key);
  if (kept) return kept;
  const blocks = await make();
  await results.put(key, Readable.from([Buffer.from(JSON.stringify(blocks))]));
  return blocks;
}

async function readKept(results: Storage, key: string): Promise<TrackBlocks | undefined> {
  try {
    return BLOCKS.parse(JSON.parse((await buffer(await results.read(key))).toString()));
  } catch (error) {
    if (hasCode(error, 'not_found')) return undefined;
    throw error;
  }
}
