import { writeSync } from 'node:fs';
import { isErrno } from './errors.ts';

const NEVER_WOKEN = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes a whole text to a file descriptor before it returns, also to a pipe or socket that does not block. Drops the text
 * if its reader is gone.
 */
export function writeWholeSync(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      if (isErrno(error, 'EPIPE')) return;
      if (!isErrno(error, 'EAGAIN')) throw error;
      Atomics.wait(NEVER_WOKEN, 0, 0, 1);
    }
  }
}
