import type { Hashes, Task } from '../ports/tasks.ts';
import type { FileClaims } from '../ports/uploads.ts';
import { AppError } from '../runtime/errors.ts';
import { differing } from './checksums.ts';
import { mustBeUploadable, mustMatch, mustNotExceed } from './upload-size.ts';

/** Pieces before the last are multiples of this (Cloud Storage, "Performing resumable uploads"). */
export const PIECE = 256 * 1024;

/** The part of a file that a request contains, by its headers. */
export interface Piece {
  /** Position of the first byte. */
  start: number;
  /** Position after the last byte; undefined if only the end of the request shows it. */
  end: number | undefined;
  /** Bytes of the whole file; undefined if the size is not known yet. */
  total: number | undefined;
  /** Whether the file ends with this piece. */
  last: boolean;
  /** Hashes of the whole file, as this request claims them. */
  fileHashes: Hashes;
  /** Hashes of this request's body. */
  bodyHashes: Hashes;
}

/** The last multiple of 256 KiB that is not beyond a position: Cloud Storage keeps this much of a broken piece. */
export function aligned(position: number): number {
  return position - (position % PIECE);
}

/** Claims of a piece about the whole file. */
export function claimsOf({ total, fileHashes }: Pick<Piece, 'total' | 'fileHashes'>): FileClaims {
  return total === undefined ? fileHashes : { ...fileHashes, size: total };
}

/** Checks a piece before a byte of it is read. Throws as `mustFit` does. */
export function mustBePossible(task: Task, piece: Piece, uploadBytes: number): void {
  const { start, end, total, last } = piece;
  mustMatch(task, total);
  if (total !== undefined) mustBeUploadable(total, uploadBytes);
  if (end === undefined) return;
  mustFit(task, piece, end, uploadBytes);
  if (!last && end - start < PIECE) {
    throw new AppError(
      'invalid_request',
      `The piece has ${end - start} bytes. All pieces but the last must be multiples of ${PIECE} bytes.`,
    );
  }
}

/** Throws if a request has more bytes than its Content-Range says, than was declared, or than is allowed. */
export function mustFit(task: Task, piece: Piece, position: number, uploadBytes: number): void {
  const { end, total } = piece;
  if (position > Math.min(end ?? Infinity, total ?? Infinity))
    throw new AppError('invalid_request', 'The body is longer than its Content-Range.');
  mustNotExceed(task, position);
  mustBeUploadable(position, uploadBytes);
}

/** Throws `upload_conflict` if two requests describe two different files. */
export function mustAgree(known: FileClaims, said: FileClaims): void {
  if (known.size !== undefined && said.size !== undefined && known.size !== said.size) {
    throw conflict(
      `An earlier request described a file of ${known.size} bytes, this one a file of ${said.size}.`,
    );
  }
  const [name] = differing(known, said);
  if (name) throw conflict(`An earlier request described a file with another ${name} than this one.`);
}

/** Throws `checksum_mismatch`. */
export function mustHaveHashes(computed: Hashes, said: Hashes, what: string): void {
  const [name] = differing(computed, said);
  if (!name) return;
  const sentence = `The ${name} of the ${what} is ${computed[name]}, and ${said[name]} was sent. Send it again.`;
  throw new AppError('checksum_mismatch', sentence);
}

/** Two clients send two files to one URL, or a client changed its file meanwhile. The received bytes are kept. */
export function conflict(sentence: string): AppError {
  return new AppError('upload_conflict', `${sentence} Open another upload for another file.`);
}

/** Cloud Storage answers this with 503 as well; clients then ask for the status and continue from there. */
export function gap(start: number, received: number): AppError {
  const sentence = `The piece begins at byte ${start}, but only ${received} were received. Continue from there.`;
  return new AppError('upload_gap', sentence);
}

export function gone(): AppError {
  return new AppError(
    'upload_gone',
    'This upload has ended: it was cancelled, or its task was removed or has expired.',
  );
}

export function lost(): AppError {
  return new AppError('upload_gone', 'The received part of this file is lost. Open another upload for it.');
}

export function superseded(): AppError {
  return new AppError(
    'interrupted',
    'Another request continues this upload. Ask for the status, and continue from there.',
  );
}

export function cutOff(cause: unknown): AppError {
  const sentence = 'The request was interrupted. Ask for the status, and continue from there.';
  return new AppError('upload_incomplete', sentence, { cause });
}
