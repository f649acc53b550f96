/** Bytes of one buffer: one step, which is written, synced and recorded at once. It is lost if the process dies before. */
const SIZE = 2 * 1024 * 1024;

/** Buffers in use at once: 32 MiB for all uploads of a process. */
const MOST = 16;

/** Buffers that are kept for the next upload. */
const SPARE = 2;

/** Buffers in which uploads collect received bytes; a process has a fixed number of them. */
export interface StepBuffers {
  /** A buffer, or undefined while all are in use. */
  borrow(): Buffer | undefined;
  giveBack(buffer: Buffer): void;
}

export function createStepBuffers(most = MOST, size = SIZE): StepBuffers {
  const spare: Buffer[] = [];
  let used = 0;
  return {
    borrow() {
      if (used === most) return undefined;
      used += 1;
      return spare.pop() ?? Buffer.allocUnsafeSlow(size);
    },
    giveBack(buffer) {
      used -= 1;
      if (spare.length < SPARE) spare.push(buffer);
    },
  };
}
