import type { Hashes, Task } from '../ports/tasks.ts';
import type { FileClaims } from '../ports/uploads.ts';
import { AppError } from '../runtime/errors.ts';
import { differing } from './checksums.ts';
import { mustBeUploadable, mustMatch, mustNotExceed } from './upload-size.ts';

/** Pieces before the last are multiples of this (Cloud Storage, "Performing resumable uploads"). */
export const PIECE = 256 * 1024;

/** The part of a file that a request brings, by its headers. */
export interface Piece {
  /** Position of the first byte. */
  start: number;
  /** Position after the last byte; undefined where only the end of the request will tell. */
  end: number | undefined;
  /** Bytes of the whole file; undefined where that is not known yet. */
  total: number | undefined;
  /** Whether the file ends with this piece. */
  last: boolean;
  /** Hashes of the whole file, as this request says them. */
  fileHashes: Hashes;
  /** Hashes of this request's body. */
  bodyHashes: Hashes;
}

/** The last multiple of 256 KiB that is not beyond a position: so much Cloud Storage keeps of a piece that breaks. */
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
      `A piece of ${end - start} bytes came. All but the last must be multiples of ${PIECE} bytes.`,
    );
  }
}

/** Throws where a request reaches further than it said, than was declared, or than is taken. */
export function mustFit(task: Task, piece: Piece, position: number, uploadBytes: number): void {
  const { end, total } = piece;
  if (position > Math.min(end ?? Infinity, total ?? Infinity))
    throw new AppError('invalid_request', 'The body is longer than its Content-Range says.');
  mustNotExceed(task, position);
  mustBeUploadable(position, uploadBytes);
}

/** Throws `upload_conflict` where two requests speak of two files. */
export function mustAgree(known: FileClaims, said: FileClaims): void {
  if (known.size !== undefined && said.size !== undefined && known.size !== said.size) {
    throw conflict(
      `An earlier request spoke of a file of ${known.size} bytes, this one of a file of ${said.size}.`,
    );
  }
  const [name] = differing(known, said);
  if (name) throw conflict(`An earlier request spoke of a file with another ${name} than this one.`);
}

/** Throws `checksum_mismatch`. */
export function mustHaveHashes(computed: Hashes, said: Hashes, what: string): void {
  const [name] = differing(computed, said);
  if (!name) return;
  const sentence = `The ${name} of the ${what} is ${computed[name]}, and ${said[name]} was sent. Send it again.`;
  throw new AppError('checksum_mismatch', sentence);
}

/** Two clients send two files to one URL, or a client changed its file in between. The received bytes are kept. */
export function conflict(sentence: string): AppError {
  return new AppError('upload_conflict', `${sentence} Open another upload for another file.`);
}

/** Cloud Storage answers this by 503 as well, which has clients ask for the status and go on from there. */
export function gap(start: number, received: number): AppError {
  const sentence = `The piece begins at byte ${start}, but only ${received} were received. Go on from there.`;
  return new AppError('upload_gap', sentence);
}

export function gone(): AppError {
  return new AppError(
    'upload_gone',
    'This upload is over: it was cancelled, or its task removed or expired.',
  );
}

export function lost(): AppError {
  return new AppError('upload_gone', 'The received part of this file is lost. Open another upload for it.');
}

export function superseded(): AppError {
  return new AppError(
    'interrupted',
    'Another request goes on with this upload. Ask for the status, and go on from there.',
  );
}

export function cutOff(cause: unknown): AppError {
  const sentence = 'The request broke off. Ask for the status, and go on from there.';
  return new AppError('upload_incomplete', sentence, { cause });
}
