import { type Api, answerOf, byId, type Call, options, type Schemas } from './api.ts';
import type { OutputRequest } from './conversion.ts';
import type { Download } from './download.ts';
import { orGone, TonemillError } from './errors.ts';
import type { Task } from './events.ts';
import type { operations } from './schema.ts';
import { type FileSource, type Source, sourceOf } from './source.ts';
import { openedOrUndone } from './undo.ts';
import { announcementOf, type Sending } from './upload.ts';

export type Batch = Schemas['Batch'];

/** A file of a batch, with its requested output. */
export type BatchFile = OutputRequest & { file: FileSource };

/** A file that could not be sent. */
export interface UnsentFile {
  /** Place in the list of files. */
  index: number;
  error: TonemillError;
}

export interface SentBatch {
  batch: Batch;
  /** The tasks in the order of the files; undefined for those that could not be sent. */
  tasks: (Task | undefined)[];
  unsent: UnsentFile[];
}

export interface BatchOptions extends Call {
  /** Also names the ZIP file of the results. */
  name?: string;
  /** Receives the part of the bytes that the service has, 0 to 1; files of unknown size count when they are complete. */
  onProgress?: ((fraction: number) => void) | undefined;
  /** Files that are sent at once; default 3. */
  atOnce?: number;
}

export interface Batches {
  /** Sends up to 1,000 files. A file that cannot be sent is left out, and its task removed. Removes all if the signal aborts. */
  upload(files: readonly BatchFile[], how?: BatchOptions): Promise<SentBatch>;
  /** Waits until each task of the batch is PROCESSED, FAILED or EXPIRED. */
  settled(id: number, how?: Call & { onProgress?: (progress: number) => void }): Promise<Batch>;
  list(query?: operations['listBatches']['parameters']['query'], call?: Call): Promise<Batch[]>;
  get(id: number, call?: Call): Promise<Batch>;
  /** Joins the originals of a batch to one file; `tasks.settled` waits for the task of the join. */
  join(id: number, request: Schemas['NewJoin'], call?: Call): Promise<Task>;
  /** Removes a batch with its tasks and files; one that does not exist any more counts as removed. */
  remove(id: number, call?: Call): Promise<void>;
  /** Opens all results as one ZIP file. */
  download(id: number, call?: Call): Promise<Download>;
}

export interface BatchDependencies {
  api: Api;
  open(path: string, name: string, call: Call | undefined): Promise<Download>;
  sending: Sending;
  /** Removes what an aborted call has begun, in one attempt. */
  undo(path: string): Promise<void>;
}

/** Seconds that one question for a batch waits. */
const POLL = 5;

export function createBatches({ api, open, sending, undo }: BatchDependencies): Batches {
  const path = '/api/batches/{id}';
  return {
    async upload(files, how = {}) {
      const sources = files.map(({ file }) => sourceOf(file));
      try {
        return await sent(files, sources, how);
      } finally {
        for (const source of sources) await source.close();
      }
    },
    async settled(id, { onProgress, signal } = {}) {
      for (;;) {
        const { params, ...call } = byId(id, { signal });
        const query = { wait: POLL };
        const batch = await answerOf(api.GET(path, { params: { ...params, query }, ...call }));
        onProgress?.(batch.progress);
        if (batch.ended) return batch;
      }
    },
    list: (query = {}, call) => answerOf(api.GET('/api/batches', { params: { query }, ...options(call) })),
    get: (id, call) => answerOf(api.GET(path, byId(id, call))),
    join: async (id, body, call) =>
      (await answerOf(api.POST('/api/batches/{id}/join', { body, ...byId(id, call) }))).task,
    remove: (id, call) => orGone(answerOf(api.DELETE(path, byId(id, call)))),
    download: (id, call) => open(`/api/batches/${id}/results.zip`, 'results.zip', call),
  };

  async function sent(
    files: readonly BatchFile[],
    sources: readonly Source[],
    { name, onProgress, atOnce = 3, signal }: BatchOptions,
  ): Promise<SentBatch> {
    const announced = sources.map((source, index) => announcementOf(source, outputOf(files[index])));
    const body = { ...(name !== undefined && { name }), tasks: announced };
    const created = await openedOrUndone(
      (own) => answerOf(api.POST('/api/batches', { body, signal: own })),
      ({ batch }) => undo(`/api/batches/${batch.id}`),
      signal,
    );
    const tasks: (Task | undefined)[] = created.tasks.map(({ task }) => task);
    const unsent: UnsentFile[] = [];
    const progress = progressOf(sources, onProgress);
    const send = async (source: Source, index: number) => {
      const session = created.tasks[index];
      if (!session) throw new TonemillError('unexpected_answer', 'The answer has too few tasks.');
      try {
        if (!session.upload)
          throw new TonemillError('unexpected_answer', 'The answer has no address for a file.');
        const { url, headers } = session.upload;
        await sending(url, source, { headers, signal, onSent: (bytes) => progress(index, bytes) });
      } catch (error) {
        if (!(error instanceof TonemillError)) throw error;
        unsent.push({ index, error });
        tasks[index] = undefined;
        await undo(`/api/tasks/${session.task.id}`);
      }
    };
    try {
      await eachOf(sources, atOnce, send);
    } catch (error) {
      await undo(`/api/batches/${created.batch.id}`);
      throw error;
    }
    return { batch: created.batch, tasks, unsent };
  }
}

function outputOf(file: BatchFile | undefined): OutputRequest {
  if (!file) throw new TypeError('a file is expected');
  const { file: _, ...output } = file;
  return output;
}

/** Adds up the bytes of all files. */
function progressOf(sources: readonly Source[], onProgress: BatchOptions['onProgress']) {
  const total = sources.reduce((sum, { size = 0 }) => sum + size, 0);
  const sent = sources.map(() => 0);
  return (index: number, bytes: number) => {
    if (sources[index]?.size !== undefined) sent[index] = bytes;
    onProgress?.(total === 0 ? 1 : sent.reduce((sum, one) => sum + one, 0) / total);
  };
}

/** Works on some items at once, in their order; the first error ends it when the works in progress have ended. */
async function eachOf<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) await work(item, index);
  };
  const workers = await Promise.allSettled(Array.from({ length: Math.max(1, atOnce) }, worker));
  const failed = workers.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
