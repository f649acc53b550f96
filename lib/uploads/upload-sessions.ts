import pLimit from 'p-limit';
import type { Format } from '../audio/formats/formats.ts';
import type { Batch, BatchKey, BatchStore } from '../ports/batches.ts';
import type { Clock } from '../ports/clock.ts';
import type { Creation } from '../ports/idempotency.ts';
import type { NewTask, Task, TaskStore } from '../ports/tasks.ts';
import type { AddressRules, TransferStore } from '../ports/transfers.ts';
import type { EndedUpload, UploadStore, Uploads } from '../ports/uploads.ts';
import type { WebhookScope } from '../ports/webhooks.ts';
import { AppError } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { extension, originalKey } from '../tasks/object-keys.ts';
import { removeEach } from '../tasks/removals.ts';
import type { OutputRequest } from '../tasks/requested-output.ts';
import type { Tasks } from '../tasks/tasks.ts';
import type { WantedWebhook, Webhooks, WebhookWithSecret } from '../webhooks/webhooks.ts';
import { allOrProblems } from './batch-problems.ts';
import { mustBeUploadable } from './upload-size.ts';

/** Seconds for which a large upload may be sent: 2 GiB over 1 Mbit/s take five hours. */
const UPLOAD_SECONDS = 86_400;

/** A file that a client is about to send, or that the service fetches. */
export interface UploadSessionRequest extends OutputRequest {
  /** Undefined: the source names the file. */
  filename: string | undefined;
  /** URL from which the service fetches the file; undefined: the client sends it. */
  source: string | undefined;
  /** Where the result is delivered as well; undefined: nowhere. */
  destination: string | undefined;
  /** Bytes, if they are known. */
  size: number | undefined;
  /** Origin of the page, if the client is a browser. */
  origin: string | undefined;
  /** Base URL under which the caller reaches this service. */
  service: string;
  webhook?: WantedWebhook | undefined;
}

/** Members of a batch besides its tasks. */
export interface BatchRequest {
  name: string | null;
  webhook?: WantedWebhook | undefined;
}

/** The request that sends the file, by the protocol of Cloud Storage's resumable uploads. */
export interface UploadInstructions {
  url: string;
  method: 'PUT';
  headers: Record<string, string>;
  expiresAt: Date;
}

/** A task that waits for its original, and how to send that. */
export interface OpenedSession {
  task: Task;
  /** Undefined if the service fetches the original. */
  upload: UploadInstructions | undefined;
  /** The webhook that was asked for. */
  webhook?: WebhookWithSecret;
}

export interface UploadSessions {
  /**
   * Creates a task that waits for its original. Throws `invalid_request`, `unsupported_format`, `too_large`.
   * @param creation of a request that may come again: the task of an earlier attempt without an answer is removed
   */
  open(userId: number, sessionRequest: UploadSessionRequest, creation?: Creation): Promise<OpenedSession>;
  /**
   * Creates a batch of such tasks in their order, or nothing. Throws as `open` does, with the place of each task in the
   * path: `tasks.17.newFormat`.
   */
  openBatch(
    userId: number,
    batch: BatchRequest,
    sessionRequests: readonly UploadSessionRequest[],
    creation?: Creation,
  ): Promise<{ batch: Batch; uploads: OpenedSession[]; webhook?: WebhookWithSecret }>;
}

export interface UploadSessionDependencies {
  tasks: Pick<Tasks, 'check'>;
  webhooks: Pick<Webhooks, 'check' | 'createFor'>;
  store: TaskStore;
  batches: BatchStore;
  uploadStore: UploadStore;
  uploads: Uploads;
  addresses: AddressRules;
  /** Has originals fetched that are due, where no process looks for them. */
  wakeImports: () => Promise<void>;
  transfers: Pick<TransferStore, 'begin'>;
  formats: () => Promise<readonly Format[]>;
  /** Most bytes of one original of a user. */
  uploadBytes: (userId: number) => Promise<number>;
  clock: Clock;
}

/** Sessions that are opened or cancelled at once: a bucket takes some 50 ms for each. */
const AT_ONCE = 16;

/**
 * Seconds for which an import waits for the webhook of its task, which would miss the events of a quick one. If the process dies
 * in between, the import begins after them.
 */
const IMPORT_DELAY = 30;

export function createUploadSessions(parts: UploadSessionDependencies): UploadSessions {
  const {
    tasks,
    webhooks,
    store,
    batches,
    uploadStore,
    uploads,
    addresses,
    wakeImports,
    transfers,
    formats,
    uploadBytes,
    clock,
  } = parts;
  const typeOf = async (ext: string) => {
    const known = (await formats()).find((format) => format.extension === ext);
    return known?.mimeType ?? 'application/octet-stream';
  };

  return {
    async open(userId, sessionRequest, creation) {
      const checked = await newTask(userId, sessionRequest, sessionRequest.webhook !== undefined, false);
      const earlier = creation?.isResumed ? await store.findRequested(creation.id) : undefined;
      if (earlier) await store.remove(earlier.id);
      const task = await store.create({ ...checked, requestId: creation?.id });
      try {
        const added = await addWebhook(userId, { taskId: task.id }, sessionRequest.webhook);
        const opened = await openSession(task, sessionRequest);
        await startImports([task], sessionRequest.webhook);
        return { ...opened, ...added };
      } catch (error) {
        await store.remove(task.id);
        throw error;
      }
    },
    async openBatch(userId, { name, webhook }, sessionRequests, creation) {
      if (webhook) await webhooks.check(webhook);
      const newTasks = await allOrProblems(
        sessionRequests.map((request) => newTask(userId, request, webhook !== undefined, true)),
      );
      const earlier = creation?.isResumed ? await batches.findRequested(creation.id) : undefined;
      if (earlier) await undoBatch(earlier);
      const requestId = creation?.id;
      const { batch, tasks: created } = await batches.create({ userId, name, tasks: newTasks, requestId });
      try {
        const added = await addWebhook(userId, { batchId: batch.id }, webhook);
        const opened = await openAll(created, sessionRequests);
        await startImports(created, webhook);
        return { batch, uploads: opened, ...added };
      } catch (error) {
        await undoBatch(batch);
        throw error;
      }
    },
  };

  /** Makes a webhook before the first file can come, so that it gets every event. */
  async function addWebhook(userId: number, scope: Partial<WebhookScope>, wanted: WantedWebhook | undefined) {
    return wanted ? { webhook: await webhooks.createFor(userId, scope, wanted) } : {};
  }

  async function startImports(created: readonly Task[], delayedBy: WantedWebhook | undefined): Promise<void> {
    const ids = created.filter(({ source }) => source).map(({ id }) => id);
    if (ids.length === 0) return;
    if (delayedBy) await transfers.begin(ids);
    await wakeImports();
  }

  /** Removes a batch of which nobody knows, and whose tasks have no original. */
  async function undoBatch(batch: BatchKey): Promise<void> {
    await batches.hide(batch);
    await removeEach(
      () => batches.taskIds(batch.id, 100),
      (id) => store.remove(id),
    );
    await batches.delete(batch);
  }

  async function newTask(
    userId: number,
    request: UploadSessionRequest,
    hasWebhook: boolean,
    inBatch: boolean,
  ): Promise<NewTask> {
    const { newFormat, options, outputs, size } = request;
    const source = request.source === undefined ? undefined : addresses.source(request.source);
    const destination =
      request.destination === undefined ? undefined : addresses.destination(request.destination);
    const filename = request.filename ?? source?.name ?? '';
    const wanted = { newFormat, options, outputs };
    const { name, requestedOutput } = await tasks.check(userId, filename, wanted, inBatch);
    if (size !== undefined) mustBeUploadable(size, await uploadBytes(userId));
    if (request.webhook) await webhooks.check(request.webhook);
    const uploadExpiresAt = new Date(clock.now().getTime() + UPLOAD_SECONDS * 1000);
    const originalExt = extension(name);
    const declaredSize = size ?? null;
    const importDelay = hasWebhook ? IMPORT_DELAY : undefined;
    return {
      ...{ userId, name, originalExt, requestedOutput, declaredSize, uploadExpiresAt },
      ...{ source, importDelay, destination },
    };
  }

  /** Waits for all before it throws, so that nothing is opened after that. */
  async function openAll(created: readonly Task[], requests: readonly UploadSessionRequest[]) {
    const semaphore = pLimit(AT_ONCE);
    const pairs = created.flatMap((task, index) => {
      const request = requests[index];
      return request ? [{ task, request }] : [];
    });
    const opening = pairs.map(({ task, request }) => semaphore(() => openSession(task, request)));
    await Promise.allSettled(opening);
    return Promise.all(opening);
  }

  /** The row is created before, so that each object of the session can be assigned to it. */
  async function openSession(
    task: Task,
    { source, origin, service }: UploadSessionRequest,
  ): Promise<OpenedSession> {
    if (source !== undefined) return { task, upload: undefined };
    const contentType = await typeOf(task.originalExt);
    const { url, session } = await uploads.open({
      task,
      key: originalKey(task),
      contentType,
      origin,
      service,
    });
    if (!(await uploadStore.recordSession(task.id, session))) {
      await uploads.cancel(session);
      throw new AppError('not_found', 'The task was removed while its upload session was opened.');
    }
    const headers = { 'Content-Type': contentType };
    return { task, upload: { url, method: 'PUT', headers, expiresAt: task.uploadExpiresAt } };
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
  const semaphore = pLimit(AT_ONCE);
  const cancel = async ({ taskId, session }: EndedUpload) => {
    try {
      await uploads.cancel(session);
      await uploadStore.markCancelled(taskId);
      return true;
    } catch (error) {
      log.warn('An upload session could not be cancelled; the next sweep retries it', { taskId, error });
      return false;
    }
  };
  const ended = await uploadStore.sessionsToCancel();
  const cancelled = await Promise.all(ended.map((one) => semaphore(() => cancel(one))));
  return cancelled.filter(Boolean).length;
}
