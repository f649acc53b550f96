import type { Download } from './download.ts';
import { TonemillError } from './errors.ts';
import type { Task } from './events.ts';
import type { RequestedOutput } from './requested-output.ts';
import { type FileSource, sourceOf } from './source.ts';
import { openedOrUndone } from './undo.ts';
import { announcementOf, type Sending } from './upload.ts';

/** A file's requested output, and optionally the name of the file with its extension; default: that of a File. */
export type OutputRequest = RequestedOutput & { filename?: string };

export type Progress =
  | {
      stage: 'upload';
      /** Bytes that the service has. */
      sent: number;
      /** Bytes of the file; undefined for a stream. */
      total: number | undefined;
      /** 0 to 1; 0 for a stream. */
      fraction: number;
    }
  | { stage: 'conversion'; fraction: number };

export interface ProgressOptions {
  onProgress?: ((progress: Progress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** A file that was converted. */
export interface Converted {
  task: Task;
  /** Opens the converted file. */
  download(signal?: AbortSignal): Promise<Download>;
}

/** An upload session, as the service answers it. */
interface UploadSession {
  task: Task;
  upload?: { url: string; headers: Record<string, string> };
}

export interface ConversionDependencies {
  announce(
    body: RequestedOutput & { filename: string; size?: number; destination?: string },
    signal: AbortSignal,
  ): Promise<UploadSession>;
  settled(id: number, onProgress: (progress: number) => void, signal: AbortSignal | undefined): Promise<Task>;
  /** Removes what an aborted call has begun, in one attempt. */
  undo(path: string): Promise<void>;
  download(task: Task, signal: AbortSignal | undefined): Promise<Download>;
  sending: Sending;
}

export interface Conversions {
  /** Opens an upload session, whose URL may be stored until the file is complete. */
  openUpload(
    file: { filename: string; size?: number; destination?: string },
    output: RequestedOutput,
    signal?: AbortSignal,
  ): Promise<{ task: Task; url: string }>;
  /** Sends a file to an upload session, and goes on where an earlier call ended. The task remains after an abort. */
  resumeUpload(url: string, file: FileSource, options?: ProgressOptions): Promise<void>;
  /** Sends a file, and answers its task. A broken upload goes on; an aborted or refused one leaves no task. */
  upload(file: FileSource, output: OutputRequest, options?: ProgressOptions): Promise<Task>;
  /**
   * Sends a file, and waits for its conversion. Throws a TonemillError with the code of the failure if the conversion
   * fails. Removes the task if the signal aborts.
   */
  convert(file: FileSource, output: OutputRequest, options?: ProgressOptions): Promise<Converted>;
}

export function createConversions(parts: ConversionDependencies): Conversions {
  const { announce, settled, undo, download, sending } = parts;

  const open = async (body: Parameters<typeof announce>[0], signal: AbortSignal | undefined) => {
    const { task, upload: session } = await openedOrUndone(
      (own) => announce(body, own),
      (opened) => undo(`/api/tasks/${opened.task.id}`),
      signal,
    );
    if (!session) throw new TonemillError('unexpected_answer', 'The answer has no address for the file.');
    return { task, ...session };
  };

  const upload: Conversions['upload'] = async (file, output, { onProgress, signal } = {}) => {
    const source = sourceOf(file);
    try {
      const { task, url, headers } = await open(announcementOf(source, output), signal);
      const onSent = reporter(source.size, onProgress);
      await orRemove(task.id, () => sending(url, source, { headers, onSent, signal }));
      return task;
    } finally {
      await source.close();
    }
  };

  return {
    async openUpload(file, output, signal) {
      const { task, url } = await open({ ...output, ...file }, signal);
      return { task, url };
    },
    async resumeUpload(url, file, { onProgress, signal } = {}) {
      const source = sourceOf(file);
      try {
        await sending(url, source, { headers: {}, onSent: reporter(source.size, onProgress), signal });
      } finally {
        await source.close();
      }
    },
    upload,
    async convert(file, output, options = {}) {
      const { onProgress, signal } = options;
      const { id } = await upload(file, output, options);
      const report = (fraction: number) => onProgress?.({ stage: 'conversion', fraction });
      const task = await settled(id, report, signal).catch(async (error: unknown) => {
        if (signal?.aborted) await undo(`/api/tasks/${id}`);
        throw error;
      });
      if (task.state !== 'PROCESSED') throw failureOf(task);
      report(1);
      return { task, download: (own) => download(task, own) };
    },
  };

  async function orRemove(id: number, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await undo(`/api/tasks/${id}`);
      throw error;
    }
  }
}

function reporter(total: number | undefined, onProgress: ProgressOptions['onProgress']) {
  return (sent: number) =>
    onProgress?.({ stage: 'upload', sent, total, fraction: total === undefined ? 0 : sent / total });
}

function failureOf({ id, state, error }: Task): TonemillError {
  const { code, message } = error ?? { code: 'upload_gone', message: `The task is ${state}.` };
  return new TonemillError(code, message, { taskId: id });
}
