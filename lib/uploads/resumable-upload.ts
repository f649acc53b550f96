import type { Hashes, Task, TaskStore } from '../ports/tasks.ts';
import type { FileClaims, PartialFiles, ReceivedBytesStore, UploadStore, Uploads } from '../ports/uploads.ts';
import { hasCode } from '../runtime/errors.ts';
import type { Places } from '../runtime/places.ts';
import { originalKey } from '../tasks/object-keys.ts';
import { differing } from './checksums.ts';
import { createOpenUploads } from './open-uploads.ts';
import { createOriginalHashes, type Turn } from './original-hashes.ts';
import {
  aligned,
  claimsOf,
  conflict,
  gap,
  gone,
  mustAgree,
  mustBePossible,
  mustHaveHashes,
  type Piece,
  superseded,
} from './piece.ts';
import { createPieceReceiver, type Upload } from './piece-receiver.ts';
import { mustBeUploadable, mustMatch } from './upload-size.ts';

/** `complete`: the original is whole and its task goes on; else so many bytes from the beginning are kept. */
export interface UploadProgress {
  complete: boolean;
  received: number;
  /** Hashes of the complete original; null if they are not known. */
  checksums: Hashes | null;
}

/**
 * Receives large originals by the protocol of Cloud Storage's resumable uploads. All state is in the row and with
 * the originals, so that requests of one upload may come to any number of processes in turn, or at once: the newest wins,
 * since a client that comes again has lost its former connection, whether or not this side noticed.
 */
export interface ResumableUploads {
  /**
   * How much was received.
   * @param said of the whole file, as far as the caller says so: an upload that has all bytes is completed
   * Throws `upload_gone`, `size_mismatch`, `upload_conflict`, `checksum_mismatch`.
   */
  status(taskId: number, said: Pick<Piece, 'total' | 'fileHashes'>): Promise<UploadProgress>;
  /**
   * Adds a piece, or what of it is missing; what was received before `source` breaks is kept. Bytes that are there already must
   * be the same; a file whose hash is not the one that was said is not kept, and may be sent again from its beginning.
   * Throws `upload_gone`, `upload_gap`, `upload_conflict`, `size_mismatch`, `checksum_mismatch`, `too_large`,
   * `invalid_request`, `upload_incomplete`, `interrupted`.
   */
  receive(taskId: number, piece: Piece, source: AsyncIterable<Uint8Array>): Promise<UploadProgress>;
  /** Gives an upload up. Throws `upload_gone`, also where it is complete. */
  cancel(taskId: number): Promise<void>;
}

export interface ResumableUploadDependencies {
  store: TaskStore;
  receivedBytes: ReceivedBytesStore;
  uploadStore: UploadStore;
  uploads: Uploads;
  partials: PartialFiles;
  /** Most bytes of one original of a user. */
  uploadBytes: (userId: number) => Promise<number>;
  /** Pieces that this process receives at once. */
  places: Places;
  /** A new name for who writes, a UUID. */
  newWriter: () => string;
}

export function createResumableUploads(parts: ResumableUploadDependencies): ResumableUploads {
  const { store, receivedBytes, uploadStore, uploads, partials, uploadBytes, places } = parts;
  const hashes = createOriginalHashes(partials);
  const openUploads = createOpenUploads(receivedBytes);
  const receiver = createPieceReceiver({ ...parts, hashes, openUploads });
  return {
    async status(taskId, said) {
      await openUploads.settled(taskId);
      const upload = await known(taskId);
      const { task, received, claims } = upload;
      mustMatch(task, said.total);
      if (said.total !== undefined) mustBeUploadable(said.total, await uploadBytes(task.userId));
      if (task.state !== 'AWAITING_UPLOAD') return completeBefore(upload, claimsOf(said));
      mustAgree(claims, claimsOf(said));
      const whole = said.total ?? task.declaredSize ?? claims.size;
      if (received === 0 || received !== whole) return incomplete(received);
      const turn = await receiver.claim(upload, claimsOf(said));
      return finish(task, turn, received, turn.claims);
    },
    async receive(taskId, piece, source) {
      const upload = await known(taskId);
      const { task, claims } = upload;
      mustBePossible(task, piece, await uploadBytes(task.userId));
      const said = claimsOf(piece);
      if (task.state !== 'AWAITING_UPLOAD') return receiveAgain(upload, piece, source);
      mustAgree(claims, said);
      if (piece.start > upload.received) throw gap(piece.start, upload.received);
      const { received, came, writing } = await places(task.userId, () =>
        receiver.receive(upload, piece, source),
      );
      if (!piece.last || came !== (piece.total ?? came)) return incomplete(received);
      mustMatch(task, came);
      if (came < received) throw endsEarly(came, received);
      const turn = writing ?? (await receiver.claim(upload, said));
      return finish(task, turn, received, turn.claims);
    },
    async cancel(taskId) {
      if (!(await uploadStore.abandon(taskId))) throw gone();
      await uploads.cancel(String(taskId));
      await openUploads.look();
    },
  };

  async function known(taskId: number): Promise<Upload> {
    const found = await receivedBytes.find(taskId);
    if (!found || found.task.state === 'EXPIRED') throw gone();
    return found;
  }

  /** A piece of a file that is complete: its answer was lost, or it is one of another file. */
  async function receiveAgain(
    upload: Upload,
    piece: Piece,
    source: AsyncIterable<Uint8Array>,
  ): Promise<UploadProgress> {
    const complete = completeBefore(upload, claimsOf(piece));
    if (piece.start > upload.received) throw gap(piece.start, upload.received);
    const { came } = await places(upload.task.userId, () => receiver.receive(upload, piece, source));
    if (piece.last && came < upload.received) throw endsEarly(came, upload.received);
    return complete;
  }

  /** Coming here twice, or after a crash in between, finds it done. */
  async function finish(task: Task, turn: Turn, size: number, claims: FileClaims): Promise<UploadProgress> {
    mustBeUploadable(size, await uploadBytes(task.userId));
    mustAgree({ size }, claims);
    const checksums = await hashesOf(task, turn, size, claims);
    if (differing(checksums, claims).length > 0) await refuse(task, turn, checksums, claims);
    const key = originalKey(task);
    await partials.complete(task.id, key, size);
    hashes.forget(task.id);
    if (await store.markUploaded(task.id, checksums)) return complete(size, checksums);
    const now = await store.find(task.id);
    if (now && now.state !== 'EXPIRED') return complete(size, now.checksums);
    await uploads.discard(key);
    throw gone();
  }

  async function hashesOf(task: Task, turn: Turn, size: number, claims: FileClaims): Promise<Hashes> {
    try {
      return await hashes.of(task, turn, size, claims);
    } catch (error) {
      const state = (await receivedBytes.findWriters([task.id])).get(task.id);
      if (hasCode(error, 'upload_gone') && state?.writer !== turn.writer) throw superseded();
      throw error;
    }
  }

  /** Nothing of the file is kept, nor what was said of it: either may be what is wrong. */
  async function refuse(task: Task, { writer }: Turn, computed: Hashes, claims: FileClaims): Promise<never> {
    const rewound = await receivedBytes.rewind(task.id, writer, 0, () => partials.remove(task.id));
    if (!rewound) throw await receiver.lostRight(task.id);
    hashes.forget(task.id);
    mustHaveHashes(computed, claims, 'file');
    throw superseded();
  }
}

function completeBefore({ task, received }: Upload, said: FileClaims): UploadProgress {
  if (received > 0) mustAgree({ ...task.checksums, size: received }, said);
  return complete(received, task.checksums);
}

function complete(received: number, checksums: Hashes | null): UploadProgress {
  return { complete: true, received, checksums };
}

/** The last piece is noted to the byte; where its process died before the end, pieces are still cut by multiples. */
function incomplete(received: number): UploadProgress {
  return { complete: false, received: aligned(received), checksums: null };
}

function endsEarly(end: number, received: number) {
  return conflict(`This request's file ends at ${end}, and ${received} bytes were received.`);
}
