import type { Hashes, Task } from '../ports/tasks.ts';
import type { PartialFiles } from '../ports/uploads.ts';
import { originalKey } from '../tasks/object-keys.ts';
import { createDigest, type Digest, namesOf, ORIGINAL_HASHES } from './checksums.ts';
import { lost } from './piece.ts';

/** Uploads of which the hashes of what was received are held, some hundred bytes each. */
const MOST = 1000;

/** Bytes read at once. */
const SLICE = 256 * 1024;

/** Who stores: a writer, and who did before it. */
export interface Turn {
  writer: string;
  previous: string | null;
}

/** Hashes of originals that come in pieces. */
export interface OriginalHashes {
  /** Hashes, on their way, bytes that are stored from `position` on. */
  follow(
    taskId: number,
    turn: Turn,
    position: number,
    content: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array>;
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

  /** Nothing of what another process stored meanwhile is in it. */
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
    async *follow(taskId, turn, position, content) {
      const state = await take(taskId, turn, position);
      for await (const bytes of content) {
        state?.digest.update(bytes);
        if (state) state.position += bytes.length;
        yield bytes;
      }
      if (state) keep(taskId, state);
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
