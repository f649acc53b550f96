import type { Readable } from 'node:stream';

/**
 * Runs a write of `source`, and destroys the source where the write fails: a stream that nobody reads keeps its file or
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
