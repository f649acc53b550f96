import type { components } from './schema.ts';

/** Details of an error as the service answers them (RFC 9457). */
export type Problem = components['schemas']['Problem'];

/** Codes of this library's own, beside those of the service. */
export type LocalErrorCode =
  /** No answer came, after all retries. */
  | 'network'
  /** The answer is none of this service's: of a proxy, or of another program. */
  | 'unexpected_answer'
  /** The file changed between two requests for its parts. */
  | 'file_changed';

interface TonemillErrorOptions {
  status?: number;
  problem?: Problem | undefined;
  taskId?: number | undefined;
  cause?: unknown;
}

/** The one error of this library, apart from the reason of an AbortSignal. */
export class TonemillError extends Error {
  /** Stable identifier: one that docs/api.md lists, or a `LocalErrorCode`. */
  readonly code: string;
  /** Status of the answer; 0 without an answer, and for a task that failed. */
  readonly status: number;
  /** The problem document of the answer, with the fields that are wrong. */
  readonly problem: Problem | undefined;
  /** The task that failed. */
  readonly taskId: number | undefined;

  constructor(code: string, message: string, options: TonemillErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'TonemillError';
    this.code = code;
    this.status = options.status ?? 0;
    this.problem = options.problem;
    this.taskId = options.taskId;
  }
}

/** The error of an answer that is no success. */
export async function errorOf(response: Response): Promise<TonemillError> {
  const text = await response.text();
  return errorOfBody(response, parsed(text));
}

/** @param body of the answer, parsed if it is JSON */
export function errorOfBody({ status }: Response, body: unknown): TonemillError {
  if (isProblem(body)) return new TonemillError(body.code, body.detail, { status, problem: body });
  return new TonemillError(
    'unexpected_answer',
    `The answer has the status ${status} and no problem document.`,
    {
      status,
    },
  );
}

function isProblem(body: unknown): body is Problem {
  return (
    typeof body === 'object' &&
    body !== null &&
    'code' in body &&
    typeof body.code === 'string' &&
    'detail' in body &&
    typeof body.detail === 'string'
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Takes a resource that does not exist any more for removed: a repeated removal finds it so. */
export async function orGone(removal: Promise<unknown>): Promise<void> {
  await removal.catch((error: unknown) => {
    if (!(error instanceof TonemillError) || error.code !== 'not_found') throw error;
  });
}
