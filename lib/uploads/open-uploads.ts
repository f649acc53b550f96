import { setTimeout } from 'node:timers/promises';
import type { ReceivedBytesStore } from '../ports/uploads.ts';
import { gone, superseded } from './piece.ts';

/** Milliseconds between two looks whether the uploads that this process receives are still wanted. */
const EVERY = 1000;

/**
 * Milliseconds for which a question for the status waits for requests of the same upload: a client that asks has usually
 * lost its connection, and the bytes that came by it are still being stored.
 */
const SETTLING = 500;

/** A request that sends a file. */
export interface OpenUpload {
  /** Aborts with `upload_gone`, or `interrupted` where another request took over. */
  signal: AbortSignal;
  /** From now on this writer is the one. */
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
  /** Looks at once. */
  look(): Promise<void>;
  /** Resolves when this process receives nothing of the upload any more, at the latest after 500 ms. */
  settled(taskId: number): Promise<void>;
}

/**
 * Notices that a task was removed or expired, in whatever process, while its file is still being sent: a client that
 * waits, or sends slowly, would else hear of it only at its next step. One query a second for all of a process.
 */
export function createOpenUploads(
  store: Pick<ReceivedBytesStore, 'findWriters'>,
  every = EVERY,
): OpenUploads {
  const open = new Set<Entry>();
  let timer: NodeJS.Timeout | undefined;
  let looking = false;

  const look = async () => {
    // Copies: who takes over while the database is asked is not in its answer.
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
    // A database that does not answer is noticed by each request at its next step.
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
 * signal's reason. No item is referenced after its call: a loop with `for await` keeps the last while it waits, which is
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
    // A source that still waits for its next item ends only when that has come.
    const ended = iterator.return?.();
    if (signal.aborted) ended?.catch(() => undefined);
    else await ended;
  }
}
