import type { Hashes, Task } from '../ports/tasks.ts';
import type { PartialFiles } from '../ports/uploads.ts';
import { originalKey } from '../tasks/object-keys.ts';
import { createDigest, type Digest, namesOf, ORIGINAL_HASHES } from './checksums.ts';
import { lost } from './piece.ts';

/** Uploads whose hashes so far are kept, some hundred bytes each. */
const MOST = 1000;

/** Bytes that are read or hashed at once. */
const SLICE = 256 * 1024;

/** The writer that one request became, and the writer before it. */
export interface Turn {
  writer: string;
  previous: string | null;
}

/** Hashes the bytes that one writer stores, in order. */
export interface Follower {
  /**
   * Hashes bytes in slices, and yields each slice after it is hashed.
   * @param kept position for which `keep` keeps the hashes: that of the first of `bytes` or a later one; others are ignored
   */
  slices(bytes: Uint8Array, kept: number): Generator<Uint8Array>;
  /** Keeps the hashes for the next writer, or for the end of the file. */
  keep(): void;
}

/** Hashes of originals that are received in pieces. */
export interface OriginalHashes {
  /** Continues the hashes of the first `position` bytes, if this process knows them. */
  follow(taskId: number, turn: Turn, position: number): Promise<Follower>;
  /** Forgets the hashes of an upload, such as after bytes that were hashed but not stored. */
  forget(taskId: number): void;
  /** Hashes of the first `size` bytes of an original, including the kinds in `said`. */
  of(task: Task, turn: Turn, size: number, said: Hashes): Promise<Hashes>;
}

interface Followed {
  writer: string;
  position: number;
  digest: Digest;
}

/**
 * If one process stores a whole file, the hashes are computed while it is received. Their state can't be passed to another
 * process (node:crypto cannot export it), so a file that several processes stored is read once when it is complete.
 */
export function createOriginalHashes(partials: Pick<PartialFiles, 'open'>): OriginalHashes {
  const followed = new Map<number, Followed>();

  /** Hashes of this process; undefined if another process has stored bytes meanwhile. */
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
