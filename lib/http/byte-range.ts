import type { Context } from 'hono';
import { combineRanges, parse } from 'range-parser';
import type { ByteRange } from '../ports/storage.ts';
import { AppError } from '../runtime/errors.ts';

/** Bit of range-parser's `code` for a malformed header. */
const MALFORMED = 1;

/**
 * The one range that a GET requests (RFC 9110, 14.2). Undefined means the whole file: for HEAD, which has no ranges,
 * for another unit, a malformed header, several ranges that do not join, and an empty file, which has no ranges. A
 * suffix that is longer than the file means the whole file (14.1.2).
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
