import type { Readable } from 'node:stream';

/**
 * Runs a write of `source`, and destroys the source if the write fails: a stream without a reader keeps its file or
 * connection open.
 */
export async function destroyingOnFailure<T>(source: Readable | string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (typeof source !== 'string') source.destroy();
    throw error;
  }
}
