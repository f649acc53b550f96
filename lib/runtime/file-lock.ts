import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';

/** A lock that the kernel frees when its process dies in any way, so that no stale lock is left. */
export interface FileLock {
  /** Gives the lock back; the second time does nothing. */
  release(): void;
}

/** Several processes share a lock, or one process holds it alone. */
export type LockMode = 'shared' | 'exclusive';

/** SQLITE_BUSY (sqlite.org/rescode.html): another process holds the lock. */
const BUSY = 5;

/** Locks that are held. Garbage collection of a connection would release its lock. */
const held = new Set<DatabaseSync>();

/**
 * Takes the lock if it is free or becomes free within `wait` ms. The thread is blocked meanwhile.
 * Node.js has no flock; SQLite uses the locks of the operating system and avoids their pitfalls (sqlite.org/lockingv3.html).
 * @param path a file only for this lock; it is created if it is missing, and stays empty
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

/** Waits for the lock for at most `wait` ms, without blocking the thread. */
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
