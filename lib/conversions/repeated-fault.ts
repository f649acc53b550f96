import { AppError } from '../runtime/errors.ts';

/**
 * Identifies a failure that comes from the file or from this program, so that the next attempt can recognise it. Undefined
 * for all others: a lost lease, a storage or a database that does not answer, a full disk or a killed program say nothing
 * of the file.
 * @param revision the requested output; another one may succeed
 */
export function faultOf(error: unknown, revision: number): string | undefined {
  const isOwn = error instanceof AppError ? error.code === 'internal' : isProgramFault(error);
  if (!isOwn || !(error instanceof Error)) return undefined;
  return `${revision}: ${error.name}: ${error.message}`.slice(0, LONGEST);
}

/** Characters of a fault that are stored. */
const LONGEST = 500;

/** Errors that Node.js throws for mistakes in a program; errors of the system have a `code`. */
function isProgramFault(error: unknown): boolean {
  const isMistake = error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
  return isMistake && !('code' in error);
}

/** Sentence for a task whose conversion broke off twice in a row for the same reason. */
export const BROKE_OFF_TWICE =
  'The conversion broke off twice in the same way. Try another format or other options.';
