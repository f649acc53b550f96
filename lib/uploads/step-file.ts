import type { FileHandle } from 'node:fs/promises';
import { writeAll } from '../runtime/write-all.ts';

/** Bytes that a request holds in memory before it needs a file: a stalled upload costs no more. */
const HELD = 16 * 1024;

/** Bytes that are read back at once. */
const SLICE = 256 * 1024;

/** Bytes that came with a request and are not stored yet. */
export interface StepFile {
  /** How many. */
  length(): number;
  add(bytes: Uint8Array): Promise<void>;
  /** The first `count` of them; each slice is good until the next. */
  first(count: number): AsyncGenerator<Uint8Array>;
  /** Forgets the first `count`; what is left must fit into memory. */
  drop(count: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Takes bytes as they come, in a file of the request's own: the partial file is shared, and a request that lost its right
 * to it must not write there, which only the lock of the row can rule out. The lock is taken for a whole step.
 * @param newFile opens an empty file for reading and writing that vanishes with its handle
 */
export function createStepFile(newFile: () => Promise<FileHandle>): StepFile {
  let file: FileHandle | undefined;
  let written = 0;
  let held = 0;
  let memory = Buffer.alloc(0);

  // One write is under way while the next bytes come.
  let writing: Promise<void> = Promise.resolve();
  const append = async (bytes: Uint8Array) => {
    await writing;
    file ??= await newFile();
    writing = writeAll(file, bytes, written);
    writing.catch(() => undefined);
    written += bytes.length;
  };
  const step: StepFile = {
    length: () => written + held,
    async add(bytes) {
      if (held + bytes.length <= HELD) {
        if (memory.length === 0) memory = Buffer.allocUnsafeSlow(HELD);
        memory.set(bytes, held);
        held += bytes.length;
        return;
      }
      if (held > 0) await append(memory.subarray(0, held));
      await writing;
      held = 0;
      await append(bytes);
    },
    async *first(count) {
      await writing;
      const fromFile = Math.min(count, written);
      const buffer = Buffer.allocUnsafe(Math.min(SLICE, fromFile));
      for (let position = 0; position < fromFile; ) {
        position += yield* slice(buffer, position, fromFile - position);
      }
      if (count > fromFile) yield memory.subarray(0, count - fromFile);
    },
    async drop(count) {
      await writing;
      const rest = Buffer.alloc(step.length() - count);
      const kept = Math.max(0, written - count);
      if (kept > 0) await file?.read(rest, 0, kept, count);
      memory.copy(rest, kept, Math.max(0, count - written), held);
      written = 0;
      held = 0;
      if (rest.length > 0) await step.add(rest);
    },
    async close() {
      await writing.catch(() => undefined);
      await file?.close();
    },
  };
  return step;

  async function* slice(buffer: Buffer, position: number, most: number): AsyncGenerator<Uint8Array, number> {
    const { bytesRead = 0 } = (await file?.read(buffer, 0, Math.min(buffer.length, most), position)) ?? {};
    if (bytesRead === 0) throw new TypeError('bytes of a step are missing');
    yield buffer.subarray(0, bytesRead);
    return bytesRead;
  }
}
