import type { Format } from '../audio/formats/formats.ts';
import type { Clock } from '../ports/clock.ts';
import type { Task, TaskStore } from '../ports/tasks.ts';
import type { UploadStore, Uploads } from '../ports/uploads.ts';
import { AppError } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { extension, originalKey } from '../tasks/object-keys.ts';
import type { OutputRequest, Tasks } from '../tasks/tasks.ts';
import { mustBeUploadable } from './upload-size.ts';

/** Seconds for which a large upload may be sent: 2 GiB over 1 Mbit/s take five hours. */
const UPLOAD_SECONDS = 86_400;

/** A file that a client is about to send. */
export interface UploadSessionRequest extends OutputRequest {
  filename: string;
  /** Bytes, if they are known. */
  size: number | undefined;
  /** Origin of the page, if the client is a browser. */
  origin: string | undefined;
  /** Base URL under which the caller reaches this service. */
  service: string;
}

/** The request that sends the file, by the protocol of Cloud Storage's resumable uploads. */
export interface UploadInstructions {
  url: string;
  method: 'PUT';
  headers: Record<string, string>;
  expiresAt: Date;
}

export interface UploadSessions {
  /** Creates a task that waits for its original. Throws `invalid_request`, `unsupported_format`, `too_large`. */
  open(
    userId: number,
    sessionRequest: UploadSessionRequest,
  ): Promise<{ task: Task; upload: UploadInstructions }>;
}

export interface UploadSessionDependencies {
  tasks: Pick<Tasks, 'check'>;
  store: TaskStore;
  uploadStore: UploadStore;
  uploads: Uploads;
  formats: () => Promise<readonly Format[]>;
  /** Most bytes of one original. */
  uploadBytes: number;
  clock: Clock;
}

export function createUploadSessions(parts: UploadSessionDependencies): UploadSessions {
  const { tasks, store, uploadStore, uploads, formats, uploadBytes, clock } = parts;
  const typeOf = async (ext: string) => {
    const known = (await formats()).find((format) => format.extension === ext);
    return known?.mimeType ?? 'application/octet-stream';
  };

  return {
    async open(userId, { filename, newFormat, options, size, origin, service }) {
      const { name, requestedOutput } = await tasks.check(filename, { newFormat, options });
      if (size !== undefined) mustBeUploadable(size, uploadBytes);
      const originalExt = extension(name);
      const contentType = await typeOf(originalExt);
      const expiresAt = new Date(clock.now().getTime() + UPLOAD_SECONDS * 1000);
      const task = await store.create({
        userId,
        name,
        originalExt,
        requestedOutput,
        declaredSize: size ?? null,
        uploadExpiresAt: expiresAt,
      });
      const url = await open(task, { contentType, origin, service });
      const upload = { url, method: 'PUT', headers: { 'Content-Type': contentType }, expiresAt } as const;
      return { task, upload };
    },
  };

  /** The row is created first, so that each object of the session can be assigned to it. */
  async function open(task: Task, how: { contentType: string; origin: string | undefined; service: string }) {
    try {
      const { url, session } = await uploads.open({ task, key: originalKey(task), ...how });
      if (await uploadStore.recordSession(task.id, session)) return url;
      await uploads.cancel(session);
    } catch (error) {
      await store.remove(task.id);
      throw error;
    }
    throw new AppError('not_found', 'The task was removed while its upload session was opened.');
  }
}

export interface EndingDependencies {
  uploads: Uploads;
  uploadStore: UploadStore;
  log: Log;
}

/**
 * Cancels the sessions of tasks that expired or were removed; the next call retries a session that can't be cancelled now.
 * @returns the number of cancelled sessions
 */
export async function cancelEnded({ uploads, uploadStore, log }: EndingDependencies): Promise<number> {
  let count = 0;
  for (const { taskId, session } of await uploadStore.sessionsToCancel()) {
    try {
      await uploads.cancel(session);
      await uploadStore.markCancelled(taskId);
      count += 1;
    } catch (error) {
      log.warn('An upload session could not be cancelled; the next sweep retries it', { taskId, error });
    }
  }
  return count;
}
