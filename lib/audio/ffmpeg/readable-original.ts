import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { AppError } from '../../runtime/errors.ts';
import type { Source } from './input.ts';

/** Reason to decode once more: ffmpeg could not read on, though the file can be read to its end. */
export class ReadBrokeOff extends Error {}

/** Bytes of one piece. */
const PIECE = 1024 * 1024;

/**
 * Reads a local file to its end: ffmpeg ends with success where a share or a disk fails in the middle of a file, and the
 * result would pass for that of a truncated file. A stream fails by itself. Throws `unavailable`.
 */
export async function mustBeReadable(original: Source): Promise<void> {
  if (typeof original !== 'string') return;
  let read = 0;
  try {
    const { size } = await stat(original);
    for await (const piece of createReadStream(original, { highWaterMark: PIECE })) read += piece.length;
    if (read >= size) return;
  } catch (cause) {
    throw new AppError('unavailable', 'The storage failed while the original was read.', { cause });
  }
  throw new AppError('unavailable', 'The storage delivered only a part of the original.');
}

/**
 * Judges a run in which ffmpeg could not read on. Some demuxers say so of a truncated file as well, and then do so each time.
 * @param isSecond whether the run before ended so, too
 */
export async function judgeBrokenRead(original: Source, isSecond: boolean): Promise<void> {
  await mustBeReadable(original);
  if (typeof original === 'string' && !isSecond) throw new ReadBrokeOff('a read of the original failed');
}
