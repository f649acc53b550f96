import { join } from 'node:path';
import type { AudioEngine } from '../audio/engine/engine.ts';
import type { Format } from '../audio/formats/formats.ts';
import { durationTolerance } from '../audio/media/duration-tolerance.ts';
import type { MediaInfo } from '../audio/media/media-info.ts';
import { objectKey } from '../ports/object-key.ts';
import type { Storage } from '../ports/storage.ts';
import { AppError, isFailure } from '../runtime/errors.ts';
import type { Workspaces } from '../runtime/working-folders.ts';
import { originalKey, stem } from '../tasks/object-keys.ts';

/** A result of a first-generation worker: `{stem}.{ext}` next to the original. */
export interface OldResult {
  /** Key under the originals root. */
  key: string;
  /** Media information of the original; null if it does not exist. */
  original: MediaInfo | null;
  /** Media information of the result. */
  media: MediaInfo;
}

export interface ExistingResultDependencies {
  originals: Storage;
  engine: () => Promise<AudioEngine>;
  workspaces: Workspaces;
}

/**
 * Finds the result of a task next to its original, and checks its codec and its duration. Throws `not_ready` with the
 * reason for which it cannot be adopted.
 */
export async function findOldResult(
  { originals, engine, workspaces }: ExistingResultDependencies,
  task: { id: number; name: string },
  format: Format,
): Promise<OldResult> {
  const key = objectKey(task.id, `${stem(task.name)}.${format.extension}`);
  if (key === originalKey(task) || !(await originals.stat(key))) throw notAdopted('no result exists');
  const probe = async (name: string) => {
    try {
      return await workspaces.use(async (folder) => {
        await originals.fetch(name, join(folder, 'audio'));
        const { media } = await (await engine()).probe(join(folder, 'audio'), new AbortController().signal);
        return media;
      });
    } catch (error) {
      if (isFailure(error)) throw notAdopted(error.message);
      // Another report may have moved the file meanwhile.
      throw (await originals.stat(name)) ? error : notAdopted('no result exists');
    }
  };
  const media = await probe(key);
  const there = await originals.stat(originalKey(task));
  const original = there ? await probe(originalKey(task)) : null;
  mustFit(original, media, format);
  return { key, original, media };
}

function mustFit(original: MediaInfo | null, made: MediaInfo, format: Format): void {
  const known = format.codec.encoders.some(({ codec }) => codec === made.codec);
  if (!known) throw notAdopted(`its codec is ${made.codec}`);
  if (!original) return;
  const expected = original.duration ?? 0;
  const drift = Math.abs(expected - (made.duration ?? 0));
  if (drift > durationTolerance(expected)) throw notAdopted('its duration differs from that of the original');
}

/** Error of a result that cannot be adopted. */
export function notAdopted(why: string): AppError {
  return new AppError('not_ready', `The result is not adopted: ${why}.`);
}
