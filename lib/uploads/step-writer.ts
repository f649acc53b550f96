import type { StepBuffers } from './step-buffers.ts';

/** Bytes that a request holds without a buffer of the process. */
const HELD = 8 * 1024;

/** Milliseconds without a byte after which a request writes its held bytes and gives its buffer back. */
const IDLE = 250;

export interface StepWriterOptions {
  buffers: StepBuffers;
  /** Stores bytes after those of the previous call. The bytes do not change until the promise settles. */
  write: (bytes: Uint8Array) => Promise<void>;
  /** Milliseconds. */
  idle?: number;
}

/**
 * Collects the bytes of a request, and writes them in large steps. One step is written while the next is collected.
 * After a write that failed, every call fails for the same reason.
 */
export interface StepWriter {
  add(bytes: Uint8Array): Promise<void>;
  /** Writes the held bytes, and waits for all writes. */
  flush(): Promise<void>;
  /** Waits for the current write, and drops the held bytes. */
  close(): Promise<void>;
}

export function createStepWriter({ buffers, write, idle = IDLE }: StepWriterOptions): StepWriter {
  let buffer: Buffer | undefined;
  let borrowed = false;
  let held = 0;
  let adding = false;
  let writing: Promise<void> | undefined;
  let failure: { reason: unknown } | undefined;
  let timer: NodeJS.Timeout | undefined;

  const release = (used: Buffer, wasBorrowed: boolean) => {
    if (wasBorrowed) buffers.giveBack(used);
  };
  const written = async () => {
    await writing;
    if (failure) throw failure.reason;
  };
  const begin = (bytes: Uint8Array, done: () => void) => {
    writing = write(bytes)
      .catch((reason) => {
        failure = { reason };
      })
      .finally(() => {
        writing = undefined;
        done();
      });
  };
  /** Begins to write the held bytes; no other write may be in progress. */
  const beginStep = () => {
    if (!buffer || held === 0) return;
    const [step, length, wasBorrowed] = [buffer, held, borrowed];
    buffer = undefined;
    held = 0;
    borrowed = false;
    begin(step.subarray(0, length), () => release(step, wasBorrowed));
  };
  /** A client that stalls holds no buffer of the process. */
  const onIdle = () => {
    if (adding || writing) timer?.refresh();
    else if (borrowed) beginStep();
  };
  /** Switches to a large buffer; false if the process has no buffer left. */
  const enlarge = (): boolean => {
    const larger = buffers.borrow();
    if (!larger) return false;
    buffer?.copy(larger, 0, 0, held);
    buffer = larger;
    borrowed = true;
    return true;
  };
  const direct = async (bytes: Uint8Array) => {
    await written();
    beginStep();
    await written();
    begin(bytes, () => undefined);
    await written();
  };
  const addAll = async (bytes: Uint8Array) => {
    for (let rest = bytes; rest.length > 0; ) {
      if (!borrowed && held + rest.length > HELD && !enlarge()) return direct(rest);
      buffer ??= Buffer.allocUnsafeSlow(HELD);
      const part = rest.subarray(0, buffer.length - held);
      buffer.set(part, held);
      held += part.length;
      rest = rest.subarray(part.length);
      if (held < buffer.length || !borrowed) continue;
      await written();
      beginStep();
    }
  };

  return {
    async add(bytes) {
      if (failure) throw failure.reason;
      adding = true;
      await addAll(bytes).finally(() => {
        adding = false;
      });
      timer ??= setTimeout(onIdle, idle).unref();
      timer.refresh();
    },
    async flush() {
      clearTimeout(timer);
      await written();
      beginStep();
      await written();
    },
    async close() {
      clearTimeout(timer);
      await writing;
      if (buffer) release(buffer, borrowed);
      buffer = undefined;
    },
  };
}
