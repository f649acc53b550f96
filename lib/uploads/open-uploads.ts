import { setTimeout } from 'node:timers/promises';
import type { ReceivedBytesStore } from '../ports/uploads.ts';
import { gone, superseded } from './piece.ts';

/** Milliseconds between two checks whether the uploads that this process receives are still wanted. */
const EVERY = 1000;

/**
 * Milliseconds for which a question for the status waits for requests of the same upload: a client that asks has usually
 * lost its connection, and the bytes that came by it are still being stored.
 */
const SETTLING = 500;

/** A request that sends a file. */
export interface OpenUpload {
  /** Aborts with `upload_gone`, or with `interrupted` if another request took over. */
  signal: AbortSignal;
  /** Sets the writer that this request now has. */
  wrote(writer: string): void;
  end(): void;
}

interface Entry {
  taskId: number;
  writer: string | undefined;
  abort: AbortController;
  ended: PromiseWithResolvers<void>;
}

export interface OpenUploads {
  begin(taskId: number): OpenUpload;
  /** Checks at once. */
  look(): Promise<void>;
  /** Resolves when this process receives nothing of the upload any more, at the latest after 500 ms. */
  settled(taskId: number): Promise<void>;
}

/**
 * Detects that any process removed or expired a task while its file is still being sent: a client that
 * waits or sends slowly would otherwise learn of it only at its next step. Takes one query a second for a whole process.
 */
export function createOpenUploads(
  store: Pick<ReceivedBytesStore, 'findWriters'>,
  every = EVERY,
): OpenUploads {
  const open = new Set<Entry>();
  let timer: NodeJS.Timeout | undefined;
  let looking = false;

  const look = async () => {
    // The loop uses copies: a request that takes over during the query is not in its result.
    const looked = [...open].map((entry) => ({ ...entry }));
    if (looked.length === 0) return;
    const waiting = await store.findWriters([...new Set(looked.map(({ taskId }) => taskId))]);
    for (const { taskId, writer, abort } of looked) {
      const state = waiting.get(taskId);
      if (!state) abort.abort(gone());
      else if (state.complete || (writer !== undefined && state.writer !== writer)) abort.abort(superseded());
    }
  };
  const tick = async () => {
    if (looking) return;
    looking = true;
    // Each request detects at its next step that the database does not answer.
    await look().catch(() => undefined);
    looking = false;
  };

  return {
    look,
    async settled(taskId) {
      const ends = [...open].filter((entry) => entry.taskId === taskId).map(({ ended }) => ended.promise);
      if (ends.length > 0) await Promise.race([Promise.all(ends), setTimeout(SETTLING)]);
    },
    begin(taskId) {
      const entry: Entry = {
        taskId,
        writer: undefined,
        abort: new AbortController(),
        ended: Promise.withResolvers(),
      };
      open.add(entry);
      timer ??= setInterval(tick, every).unref();
      return {
        signal: entry.abort.signal,
        wrote(writer) {
          entry.writer = writer;
        },
        end() {
          open.delete(entry);
          entry.ended.resolve();
          if (open.size > 0) return;
          clearInterval(timer);
          timer = undefined;
        },
      };
    },
  };
}

/**
 * Calls `take` with each item of a source, until the signal aborts, also while the source gives nothing. Throws the
 * signal's reason. No item is referenced after its call: a `for await` loop keeps the last item while it waits, which is
 * up to 64 KiB of a request's body.
 */
export async function forEachUntilAborted<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal,
  take: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  let stop: (reason: unknown) => void = () => undefined;
  const onAbort = () => stop(signal.reason);
  signal.addEventListener('abort', onAbort);
  const takeNext = async () => {
    signal.throwIfAborted();
    // Promise.race would keep every item for as long as the signal lives.
    const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
      stop = reject;
      iterator.next().then(resolve, reject);
    });
    if (next.done) return false;
    await take(next.value);
    return true;
  };
  try {
    while (await takeNext());
  } finally {
    signal.removeEventListener('abort', onAbort);
    // A source that waits for its next item ends only after that item.
    const ended = iterator.return?.();
    if (signal.aborted) ended?.catch(() => undefined);
    else await ended;
  }
}
