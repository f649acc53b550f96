import type { FileHandle } from 'node:fs/promises';
import type { Task } from '../ports/tasks.ts';
import type {
  FileClaims,
  PartialFiles,
  Received,
  ReceivedBytesStore,
  StoredBytes,
} from '../ports/uploads.ts';
import { AppError } from '../runtime/errors.ts';
import { originalKey } from '../tasks/object-keys.ts';
import { createDigest, namesOf } from './checksums.ts';
import { type OpenUploads, untilAborted } from './open-uploads.ts';
import type { OriginalHashes, Turn } from './original-hashes.ts';
import {
  aligned,
  claimsOf,
  conflict,
  cutOff,
  gone,
  mustAgree,
  mustFit,
  mustHaveHashes,
  type Piece,
  superseded,
} from './piece.ts';
import { createStepFile } from './step-file.ts';

/** Bytes that are stored, synced and noted at once; so many are lost when the process dies. */
const STEP = 16 * 256 * 1024;

export interface PieceReceiverDependencies {
  receivedBytes: ReceivedBytesStore;
  partials: PartialFiles;
  hashes: OriginalHashes;
  openUploads: OpenUploads;
  /** Opens an empty file that vanishes with its handle. */
  newFile: () => Promise<FileHandle>;
  /** Most bytes of one original. */
  uploadBytes: number;
  /** A new name for who writes, a UUID. */
  newWriter: () => string;
}

/** An upload as it was when its request came. */
export interface Upload extends Received {
  task: Task;
}

const NEVER = new AbortController().signal;

/** What became of a piece. */
export interface Outcome {
  /** Bytes of the file that were received. */
  received: number;
  /** Position after the last byte of the request. */
  came: number;
  /** Undefined where it brought nothing new. */
  writing: Writing | undefined;
}

/** The right to write, which a request takes when it brings the first byte that is new. */
export interface Writing extends Turn {
  claims: FileClaims;
  received: number;
}

export interface PieceReceiver {
  /**
   * Adds what a request brings and is not there yet, and compares the rest with what is there. Of a piece that breaks, or
   * is shorter than it said, whole multiples of 256 KiB are kept, as Cloud Storage does: clients cut their pieces by them.
   * Throws as `receive` of the uploads does.
   */
  receive(upload: Upload, piece: Piece, source: AsyncIterable<Uint8Array>): Promise<Outcome>;
  /** Takes the right to write. Throws `upload_gone`, `upload_conflict`, `interrupted`. */
  take(task: Task, claims: FileClaims): Promise<Writing>;
  /** Why a writer is not the one any more. */
  lostRight(taskId: number): Promise<AppError>;
}

export function createPieceReceiver(parts: PieceReceiverDependencies): PieceReceiver {
  const { receivedBytes, partials, hashes, openUploads, newFile, uploadBytes, newWriter } = parts;

  const lostRight = async (taskId: number) => {
    const found = await receivedBytes.find(taskId);
    return !found || found.task.state === 'EXPIRED' ? gone() : superseded();
  };
  const take = async (task: Task, claims: FileClaims): Promise<Writing> => {
    const writer = newWriter();
    const taken = await receivedBytes.take(task.id, writer, claims);
    if (taken) return { writer, ...taken };
    const now = await receivedBytes.find(task.id);
    if (now?.task.state === 'AWAITING_UPLOAD') mustAgree(now.claims, claims);
    throw await lostRight(task.id);
  };

  return {
    take,
    lostRight,
    async receive(upload, piece, source) {
      const { task } = upload;
      const waits = task.state === 'AWAITING_UPLOAD';
      const open = waits ? openUploads.begin(task.id) : undefined;
      const step = createStepFile(newFile);
      const there = createComparison(partials, task, waits);
      const body = await createDigest(namesOf(piece.bodyHashes));
      let { received } = upload;
      let came = piece.start;
      let writing: Writing | undefined;

      const begin = async () => {
        if (!waits)
          throw conflict(`The file is complete with ${received} bytes, and this request brings more.`);
        writing = await take(task, claimsOf(piece));
        if (writing.received < came) throw superseded();
        received = writing.received;
        open?.wrote(writing.writer);
      };
      const accept = async (bytes: Uint8Array) => {
        for (let rest = bytes; rest.length > 0; ) {
          const known = rest.subarray(0, Math.max(0, received - came));
          if (known.length === 0 && !writing) {
            await begin();
            continue;
          }
          if (known.length > 0) await there.mustEqual(came, known);
          else await step.add(rest);
          const done = known.length || rest.length;
          came += done;
          rest = rest.subarray(done);
        }
      };
      const store = async (until: number) => {
        const bytes = Math.max(0, until - received);
        if (bytes === 0 || !writing) return;
        const turn = writing;
        const write = (position: number) =>
          partials.write(task.id, position, hashes.follow(task.id, turn, position, step.first(bytes)));
        const after = await receivedBytes.add(task.id, turn.writer, bytes, write);
        if (after === undefined) throw await lostRight(task.id);
        await step.drop(bytes);
        received = after;
      };

      try {
        for await (const chunk of untilAborted(source, open?.signal ?? NEVER)) {
          mustFit(task, piece, came + chunk.length, uploadBytes);
          body.update(chunk);
          await accept(chunk);
          if (came - received >= STEP) await store(aligned(came));
        }
        await mustHaveBody();
        const whole = came === (piece.end ?? piece.total ?? came);
        await store(piece.last && whole ? came : aligned(came));
        return { received, came, writing };
      } catch (error) {
        if (error instanceof AppError) throw error;
        await store(aligned(came));
        throw cutOff(error);
      } finally {
        open?.end();
        await step.close();
        await there.close();
      }

      /** Of a body that is not what was sent nothing is kept. */
      async function mustHaveBody(): Promise<void> {
        try {
          mustHaveHashes(body.hashes(), piece.bodyHashes, 'body');
        } catch (error) {
          if (writing && received > writing.received)
            await receivedBytes.rewind(task.id, writing.writer, writing.received);
          throw error;
        }
      }
    },
  };
}

/** Compares bytes with those that are there. */
function createComparison(partials: Pick<PartialFiles, 'open'>, task: Task, waits: boolean) {
  let stored: StoredBytes | undefined;
  return {
    async mustEqual(position: number, bytes: Uint8Array): Promise<void> {
      stored ??= await partials.open(task.id, originalKey(task));
      const there = await stored?.read(position, bytes.length);
      if (!stored && !waits) return;
      // Gone meanwhile: who asks for the status hears how.
      if (there?.length !== bytes.length) throw superseded();
      if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).equals(there))
        throw conflict(`Other bytes were received at ${position} than this request brings.`);
    },
    async close(): Promise<void> {
      await stored?.close();
    },
  };
}
