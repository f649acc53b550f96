import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { Clock } from '../ports/clock.ts';
import type { Storage } from '../ports/storage.ts';
import type { Hashes, HashName, RequestedOutput, Task, TaskStore } from '../ports/tasks.ts';
import type { ReceivedBytesStore } from '../ports/uploads.ts';
import { AppError } from '../runtime/errors.ts';
import { parseJson } from '../runtime/json-text.ts';
import type { Workspaces } from '../runtime/working-folders.ts';
import { extension, fileName, originalKey } from '../tasks/object-keys.ts';
import type { OutputRequest, Tasks } from '../tasks/tasks.ts';
import { createDigest, type Digest } from './checksums.ts';
import { mustHoldSomething } from './upload-size.ts';

/** Seconds after which an unfinished upload expires. */
const UPLOAD_SECONDS = 3600;

/** Hashes of a form's file, which are computed while it is received. */
const FORM_HASHES = ['crc32c', 'sha256'] as const satisfies readonly HashName[];

/** Text fields of a form that uploads an original. */
export const FORM_FIELDS = z.object({
  newFormat: z
    .string('expected a format, such as mp3')
    .min(1, 'expected a format, such as mp3')
    .meta({ example: 'mp3' }),
  filename: z.string().optional().meta({ description: 'Default: the name of the part `audio`.' }),
  options: z
    .string()
    .transform((text) => parseJson(text, 'field options', 'options'))
    .optional()
    .meta({
      description: 'JSON; `GET /api/formats` lists the options of each format.',
      example: '{"bitrate": 128000}',
    }),
});

/** Text fields of a form by name. */
export type Fields = ReadonlyMap<string, string>;

/** The one file of a form, while the form is read. */
export interface FormFile {
  /** File name in the headers of its part; empty if there is none. */
  name: string;
  /** Fields that stand before the file. */
  before: Fields;
  /** Throws an AppError if the form is refused. Must be read to its end before `end` is called. */
  content: AsyncIterable<Buffer>;
  /** Reads the rest of the form, and returns all of its fields. Throws as `content` does. */
  end(): Promise<Fields>;
}

/** Receives originals in forms; a form that fails leaves neither row nor file. */
export interface FormUploads {
  /**
   * Creates a task from a form. If originals are files of this machine, the file is written first and renamed when
   * the whole form is valid; otherwise the row is created first, and the file is streamed into the storage.
   * Throws `invalid_request`, `unsupported_format`, the errors of reading the file, and `not_found` if the task was
   * removed meanwhile.
   */
  receive(userId: number, file: FormFile): Promise<Task>;
}

export interface FormUploadDependencies {
  tasks: Pick<Tasks, 'check'>;
  store: TaskStore;
  receivedBytes: ReceivedBytesStore;
  originals: Storage;
  workspaces: Workspaces;
  clock: Clock;
}

/** Format in the row until the form names one; no conversion starts before that. */
const UNKNOWN: RequestedOutput = { format: '', options: {} };

export function createFormUploads(parts: FormUploadDependencies): FormUploads {
  const { tasks, store, receivedBytes, originals, workspaces, clock } = parts;
  return { receive: originals.local ? spool : stream };

  /** Reads a whole form before it refuses it, so that clients that read only after sending all receive the answer. */
  async function spool(userId: number, file: FormFile): Promise<Task> {
    return workspaces.use(async (folder) => {
      const { path, size, checksums } = await saveFormFile(folder, file);
      const { name, requestedOutput } = await checkAll(file, await file.end(), size);
      const task = await create(userId, name, requestedOutput, size);
      const key = originalKey(task);
      return orUndo(task.id, new Set([key]), async () => {
        await originals.put(key, path);
        return checksums;
      });
    });
  }

  async function stream(userId: number, file: FormFile): Promise<Task> {
    const { name, requestedOutput } = await checkBefore(file);
    // The declared size is 0: an object that the storage makes of half a file does not match the row.
    const begun = await create(userId, name, requestedOutput, 0);
    const first = originalKey(begun);
    const keys = new Set([first]);
    return orUndo(begun.id, keys, async () => {
      let last = first;
      const digest = await createDigest(FORM_HASHES);
      const describe = async (size: number) => {
        last = originalKey(await settle(begun.id, file, size, digest.hashes()));
        keys.add(last);
      };
      await originals.put(first, Readable.from(endedBy(hashed(file.content, digest), describe)));
      if (last !== first) await rename(first, last);
      return digest.hashes();
    });
  }

  /** Refuses a format that stands before the file without reading the file. The name may change later. */
  async function checkBefore({
    name: partName,
    before,
  }: FormFile): Promise<{ name: string; requestedOutput: RequestedOutput }> {
    const name = seemingName(before.get('filename') || partName);
    if (!before.get('newFormat')) return { name, requestedOutput: UNKNOWN };
    return { name, requestedOutput: (await tasks.check(name, parseFields(before))).requestedOutput };
  }

  async function checkAll({ name }: FormFile, fields: Fields, size: number) {
    const { filename, ...request } = parseFields(fields);
    const checked = await tasks.check(filename || name, request);
    mustHoldSomething(size, 'audio', 'expected a file that is not empty');
    return checked;
  }

  async function settle(id: number, file: FormFile, size: number, checksums: Hashes): Promise<Task> {
    const { name, requestedOutput } = await checkAll(file, await file.end(), size);
    const description = {
      name,
      originalExt: extension(name),
      requestedOutput,
      declaredSize: size,
      checksums,
    };
    return found(await receivedBytes.describeFile(id, description));
  }

  function create(
    userId: number,
    name: string,
    requestedOutput: RequestedOutput,
    declaredSize: number,
  ): Promise<Task> {
    const uploadExpiresAt = new Date(clock.now().getTime() + UPLOAD_SECONDS * 1000);
    return store.create({
      userId,
      name,
      originalExt: extension(name),
      requestedOutput,
      declaredSize,
      uploadExpiresAt,
    });
  }

  /** Stores an original and marks its task as uploaded; a failure removes both. */
  async function orUndo(id: number, keys: ReadonlySet<string>, work: () => Promise<Hashes>): Promise<Task> {
    try {
      const checksums = await work();
      // The storage's own event may have reported the file before this request does.
      return found((await store.markUploaded(id, checksums)) ?? (await store.find(id)));
    } catch (error) {
      await store.remove(id);
      for (const key of keys) await originals.remove(key);
      throw error;
    }
  }

  /** Moves the object to the key of a file name that stands after the file in the form. */
  async function rename(from: string, to: string): Promise<void> {
    await originals.put(to, await originals.read(from));
    await originals.remove(from);
  }
}

/** The file of a form in a working folder. */
export interface SavedFile {
  /** Absolute. */
  path: string;
  /** Bytes. */
  size: number;
  checksums: Hashes;
}

/** Writes the content of a form's file into a folder. Throws as the content does, and `invalid_request` for an empty file. */
export async function saveFormFile(folder: string, { content }: FormFile): Promise<SavedFile> {
  const path = join(folder, 'upload');
  const digest = await createDigest(FORM_HASHES);
  await pipeline(hashed(content, digest), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  const { size } = await stat(path);
  mustHoldSomething(size, 'audio', 'expected a file that is not empty');
  return { path, size, checksums: digest.hashes() };
}

async function* hashed(content: AsyncIterable<Buffer>, digest: Digest): AsyncGenerator<Buffer> {
  for await (const chunk of content) {
    digest.update(chunk);
    yield chunk;
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

function parseFields(fields: Fields): OutputRequest & { filename?: string | undefined } {
  const given = [...fields].filter(([, value]) => value !== '');
  const parsed = FORM_FIELDS.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  const sentence = details.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new AppError('invalid_request', `The fields of the form are not valid. ${sentence}.`, { details });
}

/** The name of the file until the whole form is read. */
function seemingName(filename: string): string {
  try {
    return fileName(filename);
  } catch {
    return 'upload';
  }
}

function found(task: Task | undefined): Task {
  if (!task) throw new AppError('not_found', 'The task was removed while its file was received.');
  return task;
}
