import type { Hashes, Task } from '../ports/tasks.ts';
import type { PartialFiles } from '../ports/uploads.ts';
import { originalKey } from '../tasks/object-keys.ts';
import { createDigest, type Digest, namesOf, ORIGINAL_HASHES } from './checksums.ts';
import { lost } from './piece.ts';

/** Uploads of which the hashes of what was received are held, some hundred bytes each. */
const MOST = 1000;

/** Bytes that are read or hashed at once. */
const SLICE = 256 * 1024;

/** The right to write of one request, and the writer that had it before. */
export interface Turn {
  writer: string;
  previous: string | null;
}

/** Hashes the bytes that one writer stores, in order. */
export interface Follower {
  /**
   * Gives out bytes in slices, after each is hashed.
   * @param kept position for which `keep` keeps the hashes; at or after the first of `bytes`, else there is none
   */
  slices(bytes: Uint8Array, kept: number): Generator<Uint8Array>;
  /** Keeps the hashes for the writer that goes on, or for the end of the file. */
  keep(): void;
}

/** Hashes of originals that come in pieces. */
export interface OriginalHashes {
  /** Goes on with the hashes of the first `position` bytes, where this process knows them. */
  follow(taskId: number, turn: Turn, position: number): Promise<Follower>;
  /** Forgets what was followed, where not all of it was stored in the end. */
  forget(taskId: number): void;
  /** Hashes of the first `size` bytes of an original, those that are `said` among them. */
  of(task: Task, turn: Turn, size: number, said: Hashes): Promise<Hashes>;
}

interface Followed {
  writer: string;
  position: number;
  digest: Digest;
}

/**
 * Where one process stores all of a file, the hashes are computed while it comes. Their state can't be handed to another
 * process (node:crypto has no way), so that a file which several of them stored is read once when it is complete.
 */
export function createOriginalHashes(partials: Pick<PartialFiles, 'open'>): OriginalHashes {
  const followed = new Map<number, Followed>();

  /** The hashes of this process, unless another process has stored bytes meanwhile. */
  const find = (taskId: number, { writer, previous }: Turn, position: number) => {
    const known = followed.get(taskId);
    const own = known?.writer === writer || known?.writer === previous;
    return own && known?.position === position ? known : undefined;
  };
  const take = async (taskId: number, turn: Turn, position: number): Promise<Followed | undefined> => {
    const known = find(taskId, turn, position);
    followed.delete(taskId);
    if (position > 0) return known && { ...known, writer: turn.writer };
    return { writer: turn.writer, position, digest: await createDigest() };
  };
  const keep = (taskId: number, state: Followed) => {
    followed.set(taskId, state);
    const [oldest] = followed.keys();
    if (followed.size > MOST && oldest !== undefined) followed.delete(oldest);
  };

  return {
    async follow(taskId, turn, from) {
      const state = await take(taskId, turn, from);
      let position = from;
      let kept: Followed | undefined;
      const keepAt = (wanted: number) => {
        if (state && position === wanted)
          kept = { writer: turn.writer, position, digest: state.digest.copy() };
      };
      return {
        *slices(bytes, wanted) {
          keepAt(wanted);
          for (let start = 0; start < bytes.length; ) {
            const toKept = wanted > position ? wanted - position : SLICE;
            const slice = bytes.subarray(start, start + Math.min(SLICE, toKept));
            state?.digest.update(slice);
            start += slice.length;
            position += slice.length;
            keepAt(wanted);
            yield slice;
          }
        },
        keep() {
          if (kept) keep(taskId, kept);
        },
      };
    },
    forget(taskId) {
      followed.delete(taskId);
    },
    async of(task, turn, size, said) {
      const known = find(task.id, turn, size);
      const missing = namesOf(said).filter((name) => !ORIGINAL_HASHES.some((each) => each === name));
      if (known && missing.length === 0) return known.digest.hashes();
      return read(partials, task, size, await createDigest([...ORIGINAL_HASHES, ...missing]));
    },
  };
}

async function read(
  partials: Pick<PartialFiles, 'open'>,
  task: Task,
  size: number,
  digest: Digest,
): Promise<Hashes> {
  const file = await partials.open(task.id, originalKey(task));
  if (!file) throw lost();
  try {
    for (let position = 0; position < size; ) {
      const bytes = await file.read(position, Math.min(SLICE, size - position));
      if (bytes.length === 0) throw lost();
      digest.update(bytes);
      position += bytes.length;
    }
    return digest.hashes();
  } finally {
    await file.close();
  }
}
