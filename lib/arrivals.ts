import { mustBeUploadable } from './announcements.ts';
import { AppError } from './errors.ts';
import { originalKey } from './keys.ts';
import type { Task, TaskStore } from './ports/tasks.ts';
import type { ArrivalStore, PartialFiles, UploadStore, Uploads } from './ports/uploads.ts';

/** Pieces before the last are multiples of this (Cloud Storage, "Performing resumable uploads"). */
export const PIECE = 256 * 1024;

/** Bytes that are held in memory, and then stored, synced and noted at once; so many are lost when the process dies. */
const STEP = 16 * PIECE;

/** What a request says that it holds. */
export interface Piece {
  /** Position of the first byte. */
  start: number;
  /** Position after the last byte; undefined where only the end of the request will tell. */
  end: number | undefined;
  /** Bytes of the whole file; undefined where that is not known yet. */
  total: number | undefined;
  /** Whether the file ends with this piece. */
  last: boolean;
}

/** `complete`: the original is whole and its task goes on; else so many bytes from the beginning are kept. */
export interface Arrival {
  complete: boolean;
  received: number;
}

/**
 * Receives announced originals by the protocol of Cloud Storage's resumable uploads. All state is in the row and beside
 * the originals, so that requests of one upload may come to any number of processes in turn, or at once: the newest wins,
 * since a client that comes again has lost its former connection, whether or not this side noticed.
 */
export interface Arrivals {
  /**
   * How much has arrived.
   * @param total bytes of the whole file, where the caller says so: an upload that has them all is completed
   * Throws `upload_gone`, `size_mismatch`.
   */
  status(taskId: number, total: number | undefined): Promise<Arrival>;
  /**
   * Adds a piece, or what of it is missing; what arrived before `source` breaks is kept.
   * Throws `upload_gone`, `upload_gap`, `size_mismatch`, `too_large`, `invalid_request`, `upload_incomplete`.
   */
  receive(taskId: number, piece: Piece, source: AsyncIterable<Uint8Array>): Promise<Arrival>;
  /** Gives an upload up. Throws `upload_gone`, also where it is complete. */
  cancel(taskId: number): Promise<void>;
}

export interface ArrivalParts {
  store: TaskStore;
  arrivals: ArrivalStore;
  uploadStore: UploadStore;
  uploads: Uploads;
  partials: PartialFiles;
  /** Most bytes of one original. */
  uploadBytes: number;
  /** A new name for who writes, a UUID. */
  newWriter: () => string;
}

export function createArrivals(parts: ArrivalParts): Arrivals {
  const { store, arrivals, uploadStore, uploads, partials, uploadBytes, newWriter } = parts;
  return {
    async status(taskId, total) {
      const { task, received } = await known(taskId);
      if (task.state !== 'AWAITING_UPLOAD') return complete(received);
      mustMatch(task, total);
      const whole = total ?? task.declaredSize;
      return received > 0 && received === whole ? finish(task, received) : { complete: false, received };
    },
    async receive(taskId, piece, source) {
      const { task } = await known(taskId);
      mustBePossible(task, piece, uploadBytes);
      const writer = newWriter();
      const before = await arrivals.take(taskId, writer);
      if (before === undefined) return endedMeanwhile(taskId);
      if (piece.start > before) throw gap(piece.start, before);
      const received = await append({ task, writer, piece, before }, source);
      if (piece.last && piece.total === undefined) mustMatch(task, received);
      const whole = piece.last ? (piece.total ?? received) : undefined;
      return received === whole ? finish(task, received) : { complete: false, received };
    },
    async cancel(taskId) {
      if (!(await uploadStore.abandon(taskId))) throw gone();
      await uploads.cancel(String(taskId));
    },
  };

  async function known(taskId: number): Promise<{ task: Task; received: number }> {
    const found = await arrivals.find(taskId);
    if (!found || found.task.state === 'EXPIRED') throw gone();
    return found;
  }

  async function endedMeanwhile(taskId: number): Promise<Arrival> {
    return complete((await known(taskId)).received);
  }

  /** Stores what is missing of a piece, step by step. */
  async function append(
    { task, writer, piece, before }: { task: Task; writer: string; piece: Piece; before: number },
    source: AsyncIterable<Uint8Array>,
  ): Promise<number> {
    let received = before;
    let came = piece.start;
    let pending: Uint8Array[] = [];
    const store = async (until: number) => {
      const bytes = Buffer.concat(pending);
      const now = bytes.subarray(0, Math.max(0, until - received));
      pending = [bytes.subarray(now.length)];
      if (now.length === 0) return;
      const write = (position: number) => partials.write(task.id, position, now);
      const after = await arrivals.add(task.id, writer, now.length, write);
      if (after === undefined) throw superseded();
      received = after;
    };
    try {
      for await (const chunk of source) {
        const known = Math.min(chunk.length, Math.max(0, received - came));
        came += chunk.length;
        mustFit(task, piece, came, uploadBytes);
        pending.push(chunk.subarray(known));
        if (came - received >= STEP) await store(aligned(came));
      }
    } catch (error) {
      if (error instanceof AppError) throw error;
      await store(came);
      throw cutOff(error);
    }
    await store(piece.last ? came : aligned(came));
    return received;
  }

  /** Whoever comes here twice, or after a crash in between, finds it done. */
  async function finish(task: Task, size: number): Promise<Arrival> {
    mustBeUploadable(size, uploadBytes);
    const key = originalKey(task);
    await partials.complete(task.id, key, size);
    if (await store.uploaded(task.id)) return complete(size);
    const now = await store.find(task.id);
    if (now && now.state !== 'EXPIRED') return complete(size);
    await uploads.discard(key);
    throw gone();
  }
}

function complete(received: number): Arrival {
  return { complete: true, received };
}

function aligned(position: number): number {
  return position - (position % PIECE);
}

/** What can be told before a byte is read. */
function mustBePossible(task: Task, { start, end, total, last }: Piece, uploadBytes: number): void {
  mustMatch(task, total);
  if (total !== undefined) mustBeUploadable(total, uploadBytes);
  if (end === undefined) return;
  mustFit(task, { start, end, total, last }, end, uploadBytes);
  if (!last && end - start < PIECE) {
    throw new AppError(
      'invalid_request',
      `A piece of ${end - start} bytes came. All but the last must be multiples of ${PIECE} bytes.`,
    );
  }
}

/** Throws where a request reaches further than it said, than was announced, or than is taken. */
function mustFit({ declaredSize }: Task, { end, total }: Piece, position: number, uploadBytes: number): void {
  if (position > Math.min(end ?? Infinity, total ?? Infinity))
    throw new AppError('invalid_request', 'The body is longer than its Content-Range says.');
  if (declaredSize !== null && position > declaredSize) throw mismatch(declaredSize, position);
  mustBeUploadable(position, uploadBytes);
}

function mustMatch({ declaredSize }: Task, total: number | undefined): void {
  if (declaredSize !== null && total !== undefined && total !== declaredSize)
    throw mismatch(declaredSize, total);
}

function mismatch(declared: number, came: number): AppError {
  return new AppError('size_mismatch', `The file was announced with ${declared} bytes, and has ${came}.`);
}

/** Cloud Storage answers this by 503 as well, which has clients ask for the status and go on from there. */
function gap(start: number, received: number): AppError {
  const sentence = `The piece begins at byte ${start}, but only ${received} have arrived. Go on from there.`;
  return new AppError('upload_gap', sentence);
}

function gone(): AppError {
  return new AppError(
    'upload_gone',
    'This upload is over: it was cancelled, or its task removed or expired.',
  );
}

function superseded(): AppError {
  return new AppError('interrupted', 'Another request goes on with this upload.');
}

function cutOff(cause: unknown): AppError {
  const sentence = 'The request broke off. Ask for the status, and go on from there.';
  return new AppError('upload_incomplete', sentence, { cause });
}
