import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';

/** A lock that the kernel frees when its process dies, however it dies: nothing stale is ever left behind. */
export interface FileLock {
  /** Gives the lock back; the second time does nothing. */
  release(): void;
}

/** Any number of processes share a lock, or one has it alone. */
export type LockMode = 'shared' | 'exclusive';

/** SQLITE_BUSY (sqlite.org/rescode.html): somebody else has it. */
const BUSY = 5;

/** What is held; a connection that nothing refers to would be collected, and its lock with it. */
const held = new Set<DatabaseSync>();

/**
 * Takes the lock if it is free, or becomes so within `wait` ms, in which this thread stands still.
 * Node has no flock; SQLite brings the operating system's locks and minds their traps (sqlite.org/lockingv3.html).
 * @param path a file for this alone, made where it is missing and left behind empty
 */
export function tryLock(path: string, mode: LockMode, wait = 0): FileLock | undefined {
  const file = new DatabaseSync(path, { timeout: wait });
  try {
    if (mode === 'exclusive') file.exec('begin exclusive');
    else file.exec('begin; select 1 from sqlite_schema');
  } catch (error) {
    file.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  held.add(file);
  return {
    release() {
      if (held.delete(file)) file.close();
    },
  };
}

/** Waits for the lock, at most `wait` ms, without holding up this process. */
export async function lock(path: string, wait: number): Promise<FileLock | undefined> {
  const deadline = performance.now() + wait;
  for (;;) {
    const got = tryLock(path, 'exclusive');
    if (got || performance.now() > deadline) return got;
    await setTimeout(20);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === BUSY;
}
