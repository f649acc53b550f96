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
import { forEachUntilAborted, type OpenUploads } from './open-uploads.ts';
import type { Follower, OriginalHashes, Turn } from './original-hashes.ts';
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
import { createStepBuffers } from './step-buffers.ts';
import { createStepWriter } from './step-writer.ts';

export interface PieceReceiverDependencies {
  receivedBytes: ReceivedBytesStore;
  partials: PartialFiles;
  hashes: OriginalHashes;
  openUploads: OpenUploads;
  /** Most bytes of one original. */
  uploadBytes: (userId: number) => Promise<number>;
  /** A new name for who writes, a UUID. */
  newWriter: () => string;
}

/** An upload as it was when its request came. */
export interface Upload extends Received {
  task: Task;
  /** When its request came. */
  seenAt: string;
}

const NEVER = new AbortController().signal;
const NOTHING = new Uint8Array();

/** Outcome of a piece. */
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
  claim(upload: Upload, claims: FileClaims): Promise<Writing>;
  /** Why a writer is not the one any more. */
  lostRight(taskId: number): Promise<AppError>;
}

export function createPieceReceiver(parts: PieceReceiverDependencies): PieceReceiver {
  const { receivedBytes, partials, hashes, openUploads, uploadBytes, newWriter } = parts;
  const buffers = createStepBuffers();

  const lostRight = async (taskId: number) => {
    const found = await receivedBytes.find(taskId);
    return !found || found.task.state === 'EXPIRED' ? gone() : superseded();
  };
  const claim = async ({ task, seenAt }: Upload, claims: FileClaims): Promise<Writing> => {
    const writer = newWriter();
    const claimed = await receivedBytes.claimWriter(task.id, writer, claims, seenAt);
    if (claimed) return { writer, ...claimed };
    const now = await receivedBytes.find(task.id);
    if (now?.task.state === 'AWAITING_UPLOAD') mustAgree(now.claims, claims);
    throw await lostRight(task.id);
  };

  return {
    claim,
    lostRight,
    async receive(upload, piece, source) {
      const { task } = upload;
      const waits = task.state === 'AWAITING_UPLOAD';
      const most = await uploadBytes(task.userId);
      const open = waits ? openUploads.begin(task.id) : undefined;
      const there = createComparison(partials, task, waits);
      const body = await createDigest(namesOf(piece.bodyHashes));
      let { received } = upload;
      let came = piece.start;
      // Bytes that are stored; those after `received` are noted with a later step, or never.
      let written = came;
      let complete = false;
      let writing: Writing | undefined;
      let follower: Follower | undefined;

      const begin = async () => {
        if (!waits)
          throw conflict(`The file is complete with ${received} bytes, and this request brings more.`);
        writing = await claim(upload, claimsOf(piece));
        if (writing.received < came) throw superseded();
        received = writing.received;
        written = received;
        follower = await hashes.follow(task.id, writing, received);
        open?.wrote(writing.writer);
      };
      const store = async (bytes: Uint8Array) => {
        if (!writing || !follower) return;
        const { writer } = writing;
        const [position, end] = [written, written + bytes.length];
        const noted = complete ? end : Math.max(received, aligned(end));
        const durable = noted > received;
        const slices = follower.slices(bytes, durable ? noted : -1);
        const write = () => partials.write(task.id, position, slices, { durable });
        if (!(await receivedBytes.addBytes(task.id, writer, noted, write))) throw await lostRight(task.id);
        if (durable) follower.keep();
        written = end;
        received = noted;
      };
      const steps = createStepWriter({ buffers, write: store });
      const accept = async (bytes: Uint8Array) => {
        for (let rest = bytes; rest.length > 0; ) {
          const known = rest.subarray(0, Math.max(0, received - came));
          if (known.length === 0 && !writing) {
            await begin();
            continue;
          }
          if (known.length > 0) await there.mustEqual(came, known);
          else await steps.add(rest);
          const done = known.length || rest.length;
          came += done;
          rest = rest.subarray(done);
        }
      };

      try {
        await forEachUntilAborted(source, open?.signal ?? NEVER, async (chunk) => {
          mustFit(task, piece, came + chunk.length, most);
          body.update(chunk);
          await accept(chunk);
        });
        await mustHaveBody();
        complete = piece.last && came === (piece.end ?? piece.total ?? came);
        await steps.flush();
        if (complete && received < came) await store(NOTHING);
        return { received, came, writing };
      } catch (error) {
        if (error instanceof AppError) throw error;
        await steps.flush();
        throw cutOff(error);
      } finally {
        open?.end();
        await steps.close();
        await there.close();
      }

      /** Keeps nothing of a body whose hashes differ from those that were sent. */
      async function mustHaveBody(): Promise<void> {
        try {
          mustHaveHashes(body.hashes(), piece.bodyHashes, 'body');
        } catch (error) {
          await steps.close();
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
