import { type FileHandle, open } from 'node:fs/promises';
import { devNull } from 'node:os';
import { AppError } from '../runtime/errors.ts';
import { sharedRun, within } from '../runtime/shared-run.ts';

/** File descriptors that must be free: a conversion takes about as many. */
const FREE_DESCRIPTORS = 8;

/** Milliseconds that the thread pool may take; load balancers wait 5 s for an answer. */
const LIMIT = 3000;

/**
 * Checks that the process can still open files. Every file operation needs a file descriptor and a thread of libuv's
 * pool; a process without one of them can answer only from memory. One check runs at a time: concurrent callers share
 * it, and a check that waits for a thread is not repeated.
 * @returns a function that throws `unavailable`
 */
export function createProcessCheck(limit = LIMIT): () => Promise<void> {
  const check = sharedRun(openSome);
  return async () => {
    try {
      await within(limit, check());
    } catch (cause) {
      const sentence = 'The process lacks file descriptors, or threads that open files.';
      throw new AppError('unavailable', sentence, { cause });
    }
  };
}

/** Opens the null device several times at once, and closes it again. */
async function openSome(): Promise<void> {
  const opening = Array.from({ length: FREE_DESCRIPTORS }, () => open(devNull, 'r'));
  const opened = await Promise.allSettled(opening);
  await Promise.all(opened.map((outcome) => closeIfOpen(outcome)));
  const failed = opened.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

async function closeIfOpen(outcome: PromiseSettledResult<FileHandle>): Promise<void> {
  if (outcome.status === 'fulfilled') await outcome.value.close();
}
