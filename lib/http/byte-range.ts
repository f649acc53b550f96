import type { Context } from 'hono';
import { combineRanges, parse } from 'range-parser';
import type { ByteRange } from '../ports/storage.ts';
import { AppError } from '../runtime/errors.ts';

/** The bit of range-parser's `code` that stands for a header which is not well-formed. */
const MALFORMED = 1;

/**
 * The one range that a GET asks for (RFC 9110, 14.2); undefined stands for the whole: for HEAD, for which no ranges are
 * defined, for another unit, a malformed header, several ranges that do not join, and for an empty file, of which no
 * range can be named. A suffix that is longer than the file is all of it (14.1.2).
 * @param size bytes
 * Throws `range_not_satisfiable`, with `Content-Range` set for the answer.
 */
export function requestedRange(c: Context, size: number): ByteRange | undefined {
  const header = c.req.method === 'GET' ? c.req.header('Range') : undefined;
  if (header === undefined || size === 0) return undefined;
  const { code, type, ranges } = parse(size, header);
  if (type !== 'bytes' || code & MALFORMED) return undefined;
  const [first, ...others] = combineRanges(ranges);
  if (first) return others.length === 0 ? { start: first.start, end: first.end } : undefined;
  c.header('Content-Range', `bytes */${size}`);
  throw new AppError('range_not_satisfiable', `The file has ${size} bytes; the range is outside.`);
}
