import type { Task, TaskFailure } from '../ports/tasks.ts';
import type { REFUSALS } from '../ports/uploads.ts';
import { AppError } from '../runtime/errors.ts';

interface SizeFailure extends TaskFailure {
  code: (typeof REFUSALS)[number];
}

/** The reason to refuse an original of `size` bytes: it is too large, or has not the declared size. */
export function sizeFailure(task: Task, size: number, uploadBytes: number): SizeFailure | undefined {
  return tooLarge(size, uploadBytes) ?? otherThanDeclared(task, size);
}

/** Throws `too_large`, or `invalid_request` for a file without a byte. */
export function mustBeUploadable(size: number, uploadBytes: number): void {
  throwFailure(tooLarge(size, uploadBytes));
  mustHoldSomething(size, 'size', 'expected at least 1');
}

/** Throws `size_mismatch` if a file has not the declared size. */
export function mustMatch(task: Task, size: number | undefined): void {
  if (size !== undefined) throwFailure(otherThanDeclared(task, size));
}

/** Throws `size_mismatch` if more bytes are received than were declared. */
export function mustNotExceed(task: Task, position: number): void {
  if (task.declaredSize !== null && position > task.declaredSize) mustMatch(task, position);
}

/**
 * Throws `invalid_request` for a file without a byte.
 * @param path name of the field in the error's details, whose message is `expected`
 */
export function mustHoldSomething(size: number, path: string, expected: string): void {
  if (size > 0) return;
  throw new AppError('invalid_request', 'The file is empty. Send audio of at least one frame.', {
    details: [{ path, message: expected }],
  });
}

function tooLarge(size: number, uploadBytes: number): SizeFailure | undefined {
  if (size <= uploadBytes) return undefined;
  return { code: 'too_large', message: `The file has ${size} bytes; at most ${uploadBytes} are allowed.` };
}

function otherThanDeclared({ declaredSize }: Task, size: number): SizeFailure | undefined {
  if (declaredSize === null || declaredSize === size) return undefined;
  const message = `The file was declared with ${declaredSize} bytes, and has ${size}.`;
  return { code: 'size_mismatch', message };
}

function throwFailure(failure: SizeFailure | undefined): void {
  if (failure) throw new AppError(failure.code, failure.message);
}
