import { Readable } from 'node:stream';
import { AppError } from './errors.ts';
import { extension, fileName, originalKey } from './keys.ts';
import type { Clock } from './ports/clock.ts';
import type { Storage } from './ports/storage.ts';
import type { Task, TaskStore, Wish } from './ports/tasks.ts';
import type { ArrivalStore } from './ports/uploads.ts';
import type { Tasks, WishRequest } from './tasks.ts';

/** Seconds after which an upload that was begun is given up. */
const UPLOAD_SECONDS = 3600;

/** A file as it came with a request. */
export interface ReceivedFile {
  /** Local path; the file is moved away from there. */
  path: string;
  /** Bytes. */
  size: number;
}

/** What a form says of its file. */
export interface Description {
  filename: string;
  wish: WishRequest;
}

/** A file while it comes. */
export interface IncomingFile {
  content: Readable;
  /** What was said before the file; its name may still change, and the wish be missing. */
  soFar: { filename: string; wish: WishRequest | undefined };
  /** What the whole form says; rejects where the form is not whole, or does not say it. */
  described: () => Promise<Description>;
}

/** Takes the originals that forms bring. What breaks in between leaves neither row nor file. */
export interface FormUploads {
  /** Keeps a file of this machine. */
  keep(userId: number, description: Description, file: ReceivedFile): Promise<Task>;
  /** Keeps a file while it comes: the row first, then byte for byte into the storage. */
  stream(userId: number, file: IncomingFile): Promise<Task>;
}

export interface FormUploadParts {
  tasks: Pick<Tasks, 'check'>;
  store: TaskStore;
  arrivals: ArrivalStore;
  originals: Storage;
  clock: Clock;
}

/** The wish of a form that has not told it yet; nobody converts before it has. */
const UNKNOWN: Wish = { format: '', options: {} };

export function createFormUploads({
  tasks,
  store,
  arrivals,
  originals,
  clock,
}: FormUploadParts): FormUploads {
  const create = (userId: number, name: string, wish: Wish, declaredSize: number) =>
    store.create({
      ...{ userId, name, originalExt: extension(name), wish, declaredSize },
      uploadExpiresAt: new Date(clock.now().getTime() + UPLOAD_SECONDS * 1000),
    });

  return {
    async keep(userId, { filename, wish: request }, { path, size }) {
      const { name, wish } = await tasks.check(filename, request);
      mustHoldSomething(size);
      const task = await create(userId, name, wish, size);
      const key = originalKey(task);
      return orUndo(task.id, new Set([key]), async () => {
        await originals.put(key, path);
      });
    },
    async stream(userId, { content, soFar, described }) {
      const name = seemingName(soFar.filename);
      const wish = soFar.wish ? (await tasks.check(name, soFar.wish)).wish : UNKNOWN;
      // Of no bytes: an object that its storage made of half a file is not what this row waits for.
      const begun = await create(userId, name, wish, 0);
      const first = originalKey(begun);
      const keys = new Set([first]);
      return orUndo(begun.id, keys, async () => {
        let last = first;
        const describe = async (size: number) => {
          last = originalKey(await settle(begun.id, await described(), size));
          keys.add(last);
        };
        await originals.put(first, Readable.from(endedBy(content, describe)));
        if (last !== first) await rename(first, last);
      });
    },
  };

  /** Does what stores an original, and has its task go on; or leaves nothing of either. */
  async function orUndo(id: number, keys: ReadonlySet<string>, work: () => Promise<void>): Promise<Task> {
    try {
      await work();
      // The storage's own event may have told of the file before this request does.
      return found((await store.uploaded(id)) ?? (await store.find(id)));
    } catch (error) {
      await store.remove(id);
      for (const key of keys) await originals.remove(key);
      throw error;
    }
  }

  async function settle(id: number, { filename, wish: request }: Description, size: number): Promise<Task> {
    const { name, wish } = await tasks.check(filename, request);
    mustHoldSomething(size);
    const description = { name, originalExt: extension(name), wish, declaredSize: size };
    return found(await arrivals.describe(id, description));
  }

  /** For a name that came after its file. */
  async function rename(from: string, to: string): Promise<void> {
    await originals.put(to, await originals.read(from));
    await originals.remove(from);
  }
}

/** A stream ends, and so an object is whole, only when `end` is done: nobody hears of the object before the row knows of it. */
async function* endedBy(content: Readable, end: (size: number) => Promise<void>): AsyncGenerator<Buffer> {
  let size = 0;
  // Where the storage gives up, the content is not to blame: it stays as it is.
  for await (const chunk of content.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    yield chunk;
  }
  await end(size);
}

/** What the file may be called until all is known. */
function seemingName(filename: string): string {
  try {
    return fileName(filename);
  } catch {
    return 'upload';
  }
}

function mustHoldSomething(size: number): void {
  if (size > 0) return;
  throw new AppError('invalid_request', 'The file is empty. Send audio of at least one frame.', {
    details: [{ path: 'audio', message: 'expected a file that is not empty' }],
  });
}

function found(task: Task | undefined): Task {
  if (!task) throw new AppError('not_found', 'The task was removed while its file came.');
  return task;
}
