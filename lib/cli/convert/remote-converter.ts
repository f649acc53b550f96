import { createWriteStream } from 'node:fs';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Client, outputOf, type Progress, type Task, TonemillError } from '../../client/index.ts';
import { fileAt } from '../../client/node.ts';
import { plainName } from '../files/safe-names.ts';
import { serviceError } from '../service/service.ts';
import { usageError } from '../terminal/command-error.ts';
import type { ConvertedFile, Converter, Job, JobProgress, Note } from './converter.ts';
import type { KeptUploads } from './kept-uploads.ts';

export interface RemoteOptions {
  client: Client;
  uploads: KeptUploads;
  /** Whether tasks are removed from the service when their results are here. */
  remove: boolean;
}

/** Codes of errors that every file would meet. */
const OF_ALL_FILES: ReadonlySet<string> = new Set([
  'network',
  'unexpected_answer',
  'unauthenticated',
  'insufficient_scope',
  'unsupported_format',
]);

/** Converts by a service. A stopped upload, and a task whose result was not fetched, go on in a later run. */
export function createRemoteConverter({ client, uploads, remove }: RemoteOptions): Converter {
  return {
    convert: (job) => withSentence(() => converted(job)),
    convertStream: ({ input, format, options, onProgress, signal }) =>
      withSentence(async () => {
        const output = { ...outputOf(format, options), filename: 'stdin' };
        const { task } = await client.convert(input, output, { onProgress: progressTo(onProgress), signal });
        mustBeExpected(task, options);
        const download = await client.tasks.download(task, fileOf(options), { signal });
        return removedAfter(download.stream(), task);
      }),
    close: () => undefined,
  };

  async function converted(job: Job): Promise<ConvertedFile> {
    const { folder, onProgress, signal } = job;
    const task = await settled(job, (await goOn(job)) ?? (await begin(job)));
    mustBeExpected(task, job.options);
    const download = await client.tasks.download(task, fileOf(job.options), { signal });
    const path = join(folder, 'result');
    const counted = countedStream(download.stream(), download.size, (fraction) =>
      onProgress({ stage: 'download', fraction }),
    );
    await pipeline(Readable.from(counted), createWriteStream(path), { signal });
    return {
      path,
      duration: task.result?.media.duration ?? null,
      taskId: task.id,
      notes: notesOf(task),
      async done() {
        await uploads.forget(job);
        if (remove) await client.tasks.remove(task.id, { signal });
      },
    };
  }

  /** The id of a task of an earlier run, with its file complete; undefined if there is none any more. */
  async function goOn(job: Job): Promise<number | undefined> {
    const { path, signal, onProgress } = job;
    const kept = await uploads.find(job);
    if (!kept) return undefined;
    try {
      const task = await client.tasks.get(kept.taskId, { signal });
      if (task.state === 'FAILED' || task.state === 'EXPIRED') throw gone();
      if (task.state === 'AWAITING_UPLOAD')
        await client.resumeUpload(kept.url, await fileAt(path), {
          onProgress: progressTo(onProgress),
          signal,
        });
      return kept.taskId;
    } catch (error) {
      if (!(error instanceof TonemillError) || !GONE.has(error.code)) throw error;
      await uploads.forget(job);
      return undefined;
    }
  }

  async function begin(job: Job): Promise<number> {
    const { path, size, format, options, signal, onProgress } = job;
    const file = { filename: plainName(basename(path)), size };
    const { task, url } = await client.openUpload(file, outputOf(format, options), signal);
    await uploads.keep(job, { taskId: task.id, url });
    try {
      await client.resumeUpload(url, await fileAt(path), { onProgress: progressTo(onProgress), signal });
      return task.id;
    } catch (error) {
      if (!signal.aborted && !isOfAllFiles(error)) await forgetTask(job, task.id);
      throw error;
    }
  }

  async function settled(job: Job, id: number): Promise<Task> {
    const { onProgress, signal } = job;
    const report = (fraction: number) => onProgress({ stage: 'conversion', fraction });
    const task = await client.tasks.settled(id, { signal, onProgress: report });
    if (task.state === 'PROCESSED') return task;
    await uploads.forget(job);
    const { code, message } = task.error ?? { code: 'upload_gone', message: `The task is ${task.state}.` };
    throw new TonemillError(code, message, { taskId: id });
  }

  /** Removes what a refused file has begun. The error of the file is what counts. */
  async function forgetTask(job: Job, id: number): Promise<void> {
    await uploads.forget(job);
    await client.tasks.remove(id).catch(() => undefined);
  }

  async function* removedAfter(stream: ReadableStream<Uint8Array>, { id }: Task): AsyncGenerator<Uint8Array> {
    yield* Readable.fromWeb(stream);
    if (remove) await client.tasks.remove(id);
  }
}

/** The file with all that the options ask for. */
function fileOf({ split }: Job['options']): 'result' | 'archive' {
  return split === undefined ? 'result' : 'archive';
}

/** A saved preset may split, which only the service knows before. */
function mustBeExpected({ id, resultCount }: Task, { split }: Job['options']): void {
  if (split !== undefined || resultCount < 2) return;
  throw usageError(`The preset makes ${resultCount} parts: "tonemill get ${id}" saves them.`);
}

/** Codes of a task or an upload session that cannot go on. */
const GONE: ReadonlySet<string> = new Set(['not_found', 'upload_gone', 'upload_conflict', 'size_mismatch']);

function gone(): TonemillError {
  return new TonemillError('upload_gone', 'The task ended before.');
}

/** Errors of all files become CommandErrors, which end the command. */
async function withSentence<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isOfAllFiles(error) ? (serviceError(error) ?? error) : error;
  }
}

function isOfAllFiles(error: unknown): boolean {
  if (!(error instanceof TonemillError)) return false;
  const { code, problem } = error;
  const isOfOutput = problem?.errors?.some(({ path }) => /^(options|newFormat)\b/.test(path)) ?? false;
  return OF_ALL_FILES.has(code) || (code === 'invalid_request' && isOfOutput);
}

function progressTo(onProgress: (progress: JobProgress) => void) {
  return ({ stage, fraction }: Progress) => onProgress({ stage, fraction });
}

async function* countedStream(
  stream: ReadableStream<Uint8Array>,
  size: number | undefined,
  onFraction: (fraction: number) => void,
): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const chunk of Readable.fromWeb(stream)) {
    read += chunk.length;
    if (size) onFraction(Math.min(1, read / size));
    yield chunk;
  }
}

function notesOf({ result }: Task): Note[] {
  const { adaptations = [], warnings = [] } = result ?? {};
  const adapted = adaptations.map(({ code, property, reason }) => ({
    code: code ?? property,
    message: reason,
  }));
  return [...adapted, ...warnings];
}
