import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FileTags } from '../media/file-tags.ts';
import type { WantedTags } from './read-and-write.ts';

export type Question =
  | { id: number; kind: 'read' | 'picture'; path: string }
  | { id: number; kind: 'write'; path: string; wanted: WantedTags };

/** Number of the answer with which a thread says that it has loaded the library. */
export const READY = -1;

export type Answer = { id: number } & (
  | { result: FileTags | null }
  | { picture: Uint8Array | null }
  | { failure: string }
);

/** Reads and writes tags of local files in a worker thread, one file at a time. */
export interface TagWorker {
  /** Null if the library does not know the kind of the file. Throws if the tags are too large or take too long. */
  read(path: string): Promise<FileTags | null>;
  /**
   * Replaces all tags and pictures of a file, and reads them again.
   * @returns what the file has now; null if the library does not know the kind of the file
   */
  write(path: string, wanted: WantedTags): Promise<FileTags | null>;
  /** The front cover of a file, or its first picture; undefined if there is none. Throws as `read`. */
  picture(path: string): Promise<Buffer | undefined>;
  /** Ends the thread. */
  close(): void;
}

/**
 * Milliseconds for one file, and for the start of the thread, which a busy machine can delay for seconds. Thousands of
 * ordinary files take 1 to 30; a rewrite of some gigabytes takes seconds.
 */
const PATIENCE = { read: 5000, write: 60_000, start: 60_000 };

/** Starts the thread with the first file and keeps it. A file that takes too long ends it; the next file gets a new one. */
export function createTagWorker(patience = PATIENCE): TagWorker {
  let thread: Thread | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let count = 0;

  const close = () => {
    void thread?.worker.terminate();
    thread = undefined;
  };
  const ask = async (question: Question): Promise<Answer> => {
    thread ??= startThread(patience.start);
    const { worker, ready } = thread;
    try {
      await ready;
      const answered = answerOf(worker, question.id, patience[question.kind === 'write' ? 'write' : 'read']);
      worker.postMessage(question);
      const answer = await answered;
      if ('failure' in answer) throw new Error(answer.failure);
      return answer;
    } catch (error) {
      // A thread with a stopped or a huge library is not used again.
      close();
      throw error;
    }
  };
  const queued = (question: Question) => {
    const asked = last.then(() => ask(question));
    last = asked.catch(() => undefined);
    return asked;
  };
  const tags = async (question: Question) => {
    const answer = await queued(question);
    return 'result' in answer ? answer.result : null;
  };
  return {
    read: (path) => tags({ id: count++, kind: 'read', path }),
    write: (path, wanted) => tags({ id: count++, kind: 'write', path, wanted }),
    async picture(path) {
      const answer = await queued({ id: count++, kind: 'picture', path });
      return 'picture' in answer && answer.picture ? Buffer.from(answer.picture) : undefined;
    },
    close,
  };
}

interface Thread {
  worker: Worker;
  /** Fulfilled when the thread has loaded the library. */
  ready: Promise<Answer>;
}

/** The thread alone keeps no process alive. */
function startThread(patience: number): Thread {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./tag-worker-main.${extension}`, import.meta.url), {
    env: cacheEnvironment(),
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  });
  worker.on('error', () => undefined);
  return { worker, ready: answerOf(worker, READY, patience) };
}

/** The compile cache of this process, in which Node.js makes a folder for its version; a thread does not inherit it. */
function cacheEnvironment(): NodeJS.ProcessEnv {
  const folder = getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}

function answerOf(worker: Worker, id: number, patience: number): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const onMessage = (answer: Answer) => {
    if (answer.id === id) resolve(answer);
  };
  const onExit = () => reject(new Error('the thread that reads tags has ended'));
  const timer = setTimeout(() => reject(new Error('reading or writing tags takes too long')), patience);
  worker.on('message', onMessage).once('error', reject).once('exit', onExit);
  worker.ref();
  return promise.finally(() => {
    clearTimeout(timer);
    worker.off('message', onMessage).off('error', reject).off('exit', onExit);
    worker.unref();
  });
}
