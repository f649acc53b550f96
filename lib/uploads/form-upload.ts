import { Readable } from 'node:stream';
import type { Clock } from '../ports/clock.ts';
import type { Creation } from '../ports/idempotency.ts';
import type { Storage } from '../ports/storage.ts';
import type { Hashes, NewTask, RequestedOutputs, Task, TaskStore } from '../ports/tasks.ts';
import type { AddressRules } from '../ports/transfers.ts';
import type { ReceivedBytesStore } from '../ports/uploads.ts';
import { AppError } from '../runtime/errors.ts';
import { mark } from '../runtime/marks.ts';
import type { Workspaces } from '../runtime/working-folders.ts';
import { type Covers, describeCover } from '../tasks/covers.ts';
import { extension, fileName, originalKey } from '../tasks/object-keys.ts';
import type { Tasks } from '../tasks/tasks.ts';
import type { WantedWebhook, Webhooks, WebhookWithSecret } from '../webhooks/webhooks.ts';
import { createDigest } from './checksums.ts';
import { earlierTask } from './earlier-task.ts';
import { type Fields, parseFields } from './form-fields.ts';
import { FORM_HASHES, type FormFile, hashed, saveFormFile } from './form-file.ts';
import { mustHoldSomething } from './upload-size.ts';

/** Seconds after which an unfinished upload expires. */
const UPLOAD_SECONDS = 3600;

/** A task, and its webhook if the form asks for one. */
export interface ReceivedForm {
  task: Task;
  webhook?: WebhookWithSecret;
}

/** Receives originals in forms; a form that fails leaves neither row nor file. */
export interface FormUploads {
  /**
   * Creates a task from a form. If originals are files of this machine, the file is written first and renamed when
   * the whole form is valid; otherwise the row is created first, and the file is streamed into the storage.
   * Throws `invalid_request`, `unsupported_format`, the errors of reading the file, and `not_found` if the task was
   * removed meanwhile.
   * @param creation of a request that may come again: one that was resumed may return the task of an earlier attempt
   */
  receive(userId: number, file: FormFile, creation?: Creation): Promise<ReceivedForm>;
}

export interface FormUploadDependencies {
  tasks: Pick<Tasks, 'check'>;
  store: TaskStore;
  receivedBytes: ReceivedBytesStore;
  originals: Storage;
  covers: Covers;
  webhooks: Pick<Webhooks, 'check' | 'createFor'>;
  addresses: Pick<AddressRules, 'destination'>;
  /** Throws `too_large` for an original with more bytes than its user may send. */
  mustAllowSize(userId: number, size: number): Promise<void>;
  workspaces: Workspaces;
  clock: Clock;
}

type DescribedFile = Pick<NewTask, 'userId' | 'name' | 'requestedOutput' | 'declaredSize' | 'destination'>;

/** Format in the row until the form names one; no conversion starts before that. */
const UNKNOWN: RequestedOutputs = { format: '', options: {} };

export function createFormUploads(parts: FormUploadDependencies): FormUploads {
  const { tasks, store, receivedBytes, originals, covers, webhooks, addresses, workspaces, clock } = parts;
  const { mustAllowSize } = parts;
  return { receive: originals.local ? spool : stream };

  /** Reads a whole form before it refuses it, so that clients that read only after sending all receive the answer. */
  async function spool(userId: number, file: FormFile, creation?: Creation): Promise<ReceivedForm> {
    return workspaces.use(async (folder) => {
      const { path, size, checksums } = await saveFormFile(folder, file);
      mark('received');
      const { webhook, ...checked } = await checkAll(userId, file, await file.end(), size);
      const earlier = await earlierTask(parts, creation);
      if (earlier) return { task: earlier, ...(await addWebhook(earlier, webhook)) };
      const task = await create({ userId, ...checked, declaredSize: size }, creation);
      const key = originalKey(task);
      return orUndo(task.id, new Set([key]), async () => {
        await keepCover(task, file);
        const added = await addWebhook(task, webhook);
        await originals.put(key, path);
        return { checksums, ...added };
      });
    });
  }

  async function stream(userId: number, file: FormFile, creation?: Creation): Promise<ReceivedForm> {
    const { name, requestedOutput } = await checkBefore(userId, file);
    const earlier = await earlierTask(parts, creation);
    if (earlier) {
      const { webhook } = parseFields(await afterEnd(file));
      return { task: earlier, ...(await addWebhook(earlier, webhook)) };
    }
    // The declared size is 0: an object that the storage makes of half a file does not match the row.
    const begun = await create({ userId, name, requestedOutput, declaredSize: 0 }, creation);
    const first = originalKey(begun);
    const keys = new Set([first]);
    return orUndo(begun.id, keys, async () => {
      let last = first;
      let added: Pick<ReceivedForm, 'webhook'> = {};
      const digest = await createDigest(FORM_HASHES);
      const describe = async (size: number) => {
        const { task, webhook } = await settle(begun, file, size, digest.hashes());
        last = originalKey(task);
        keys.add(last);
        await keepCover(begun, file);
        added = await addWebhook(begun, webhook);
      };
      await originals.put(first, Readable.from(endedBy(hashed(file.content, digest), describe)));
      if (last !== first) await rename(first, last);
      return { checksums: digest.hashes(), ...added };
    });
  }

  /** Refuses a format that stands before the file without reading the file. The name may change later. */
  async function checkBefore(
    userId: number,
    { name: partName, before }: FormFile,
  ): Promise<{ name: string; requestedOutput: RequestedOutputs }> {
    const name = seemingName(before.get('filename') || partName);
    if (!before.get('newFormat') && !before.get('outputs')) return { name, requestedOutput: UNKNOWN };
    return { name, requestedOutput: (await tasks.check(userId, name, parseFields(before))).requestedOutput };
  }

  async function checkAll(userId: number, file: FormFile, fields: Fields, size: number) {
    const { name } = file;
    const { filename, webhook, destination, ...request } = parseFields(fields);
    const checked = await tasks.check(userId, filename || name, request);
    if (webhook) await webhooks.check(webhook);
    const cover = file.cover();
    if (cover) describeCover(cover);
    mustHoldSomething(size, 'audio', 'expected a file that is not empty');
    await mustAllowSize(userId, size);
    const delivered = destination === undefined ? undefined : addresses.destination(destination);
    return { ...checked, webhook, destination: delivered };
  }

  async function settle(
    { id, userId }: Task,
    file: FormFile,
    size: number,
    checksums: Hashes,
  ): Promise<{ task: Task; webhook: WantedWebhook | undefined }> {
    const { webhook, ...checked } = await checkAll(userId, file, await file.end(), size);
    const description = {
      ...checked,
      originalExt: extension(checked.name),
      declaredSize: size,
      checksums,
    };
    return { task: found(await receivedBytes.describeFile(id, description)), webhook };
  }

  function create(described: DescribedFile, creation: Creation | undefined): Promise<Task> {
    const uploadExpiresAt = new Date(clock.now().getTime() + UPLOAD_SECONDS * 1000);
    const originalExt = extension(described.name);
    return store.create({ ...described, originalExt, uploadExpiresAt, requestId: creation?.id });
  }

  /** Keeps the cover before the task is uploaded, so that the first conversion has it. */
  async function keepCover({ id, userId }: Task, file: FormFile): Promise<void> {
    const cover = file.cover();
    if (cover) await covers.set(userId, id, cover);
  }

  /** Makes the webhook before the task is uploaded, so that it gets every event. */
  async function addWebhook(
    { id: taskId, userId }: Task,
    wanted: WantedWebhook | undefined,
  ): Promise<Pick<ReceivedForm, 'webhook'>> {
    return wanted ? { webhook: await webhooks.createFor(userId, { taskId }, wanted) } : {};
  }

  /** Stores an original and marks its task as uploaded; a failure removes both. */
  async function orUndo(
    id: number,
    keys: ReadonlySet<string>,
    work: () => Promise<Omit<ReceivedForm, 'task'> & { checksums: Hashes }>,
  ): Promise<ReceivedForm> {
    try {
      const { checksums, ...added } = await work();
      // The storage's own event may have reported the file before this request does.
      return { task: found((await store.markUploaded(id, checksums)) ?? (await store.find(id))), ...added };
    } catch (error) {
      const removed = await store.remove(id);
      for (const key of keys) await originals.remove(key);
      if (removed?.cover) await covers.forget(removed);
      throw error;
    }
  }

  /** Moves the object to the key of a file name that stands after the file in the form. */
  async function rename(from: string, to: string): Promise<void> {
    await originals.put(to, await originals.read(from));
    await originals.remove(from);
  }
}

/** The stream, and with it the object, ends only after `end`: the row is ready before the storage reports the object. */
async function* endedBy(
  content: AsyncIterable<Buffer>,
  end: (size: number) => Promise<void>,
): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of content) {
    size += chunk.length;
    yield chunk;
  }
  await end(size);
}

/** The name of the file until the whole form is read. */
function seemingName(filename: string): string {
  try {
    return fileName(filename);
  } catch {
    return 'upload';
  }
}

/** Reads a form whose file is there already: only its end shows whether it is the same. */
async function afterEnd(file: FormFile): Promise<Fields> {
  for await (const _ of file.content);
  return file.end();
}

function found(task: Task | undefined): Task {
  if (!task) throw new AppError('not_found', 'The task was removed while its file was received.');
  return task;
}
