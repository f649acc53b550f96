import { AppError, type FieldProblem } from '../runtime/errors.ts';

/** Problems that one answer names. */
const SHOWN = 20;

/**
 * Waits for what is made of each entry of `tasks`. Throws one error with the problems of the first entries that are refused,
 * under the code of the first.
 */
export async function allOrProblems<T>(entries: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(entries);
  const refused = settled.flatMap((entry, index) =>
    entry.status === 'rejected' ? [{ index, error: mustBeAppError(entry.reason) }] : [],
  );
  const [first] = refused;
  if (!first) return settled.flatMap((entry) => (entry.status === 'fulfilled' ? [entry.value] : []));
  const shown = refused.slice(0, SHOWN);
  const sentences = shown.map(({ index, error }) => `tasks.${index}: ${error.message}`);
  if (refused.length > SHOWN) sentences.push(`So are ${refused.length - SHOWN} more tasks.`);
  const details = shown.flatMap(({ index, error }) => problemsOf(index, error));
  throw new AppError(first.error.code, `No task is created. ${sentences.join(' ')}`, { details });
}

function mustBeAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  throw error;
}

function problemsOf(index: number, { details, message }: AppError): FieldProblem[] {
  if (details.length === 0) return [{ path: `tasks.${index}`, message }];
  return details.map((problem) => ({ ...problem, path: `tasks.${index}.${problem.path}` }));
}
