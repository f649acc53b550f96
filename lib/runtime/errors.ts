/** Codes of errors in a request. */
export type RequestErrorCode =
  | 'invalid_request'
  | 'unauthenticated'
  | 'insufficient_scope'
  | 'wrong_password'
  | 'suspended'
  | 'sign_up_refused'
  | 'not_found'
  | 'method_not_allowed'
  | 'taken'
  | 'not_ready'
  | 'not_uploaded'
  | 'files_removed'
  | 'invalid_image'
  | 'upload_incomplete'
  | 'upload_gap'
  | 'upload_gone'
  | 'upload_conflict'
  | 'checksum_mismatch'
  | 'too_large'
  | 'request_timeout'
  | 'unsupported_media_type'
  | 'unsupported_format'
  | 'range_not_satisfiable'
  | 'precondition_failed'
  | 'idempotency_key_in_use'
  | 'idempotency_key_reused'
  | 'url_refused'
  | 'rate_limited'
  | 'quota_exceeded'
  | 'insufficient_storage'
  | 'invalid_backup'
  | 'not_empty';

/** Reasons why an original cannot be converted: permanent, recorded on the task, never tried again. */
export type FailureCode =
  | 'not_audio'
  | 'no_audio'
  | 'damaged'
  | 'unsupported_codec'
  | 'no_such_track'
  | 'nothing_left'
  | 'cannot_join'
  | 'cannot_split'
  | 'cannot_copy'
  | 'already_lossy'
  | 'too_long'
  | 'result_too_large'
  | 'timed_out'
  | 'stalled'
  | 'resource_limit'
  | 'gave_up'
  | 'too_large'
  | 'size_mismatch'
  | 'url_refused'
  | 'url_unreachable'
  | 'url_too_large';

/** Errors of the service or of its platform: a retry or an operator can help. */
export type ServiceErrorCode = 'misconfigured' | 'unavailable' | 'interrupted' | 'internal';

export type ErrorCode = RequestErrorCode | FailureCode | ServiceErrorCode;

export const FAILURE_CODES: ReadonlySet<string> = new Set<FailureCode>([
  'not_audio',
  'no_audio',
  'damaged',
  'unsupported_codec',
  'no_such_track',
  'nothing_left',
  'cannot_join',
  'cannot_split',
  'cannot_copy',
  'already_lossy',
  'too_long',
  'result_too_large',
  'timed_out',
  'stalled',
  'resource_limit',
  'gave_up',
  'too_large',
  'size_mismatch',
  'url_refused',
  'url_unreachable',
  'url_too_large',
]);

/** One problem with one field of a request. `path` is dotted: `options.bitrate`. */
export interface FieldProblem {
  path: string;
  message: string;
}

/** A quota that is used up. */
export interface ExceededLimit {
  /** Name of its policy. */
  policy: string;
  quota: number;
  /** Length of its window; undefined for a quota of what exists at one time. */
  seconds: number | undefined;
  remaining: number;
  /** Unit of the quota, if it is not that of its policy's name. */
  unit?: string | undefined;
}

export interface AppErrorOptions {
  details?: FieldProblem[];
  cause?: unknown;
  /** Seconds. */
  retryAfter?: number;
  limit?: ExceededLimit;
}

/**
 * The one error of this code base. `message` is a sentence for people: the expected value, the actual value, the remedy;
 * it never contains a secret or a path of the server. Details for the operator go into `cause`.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: readonly FieldProblem[];
  /** Seconds after which the same request may succeed; undefined if that is unknown. */
  readonly retryAfter: number | undefined;
  readonly limit: ExceededLimit | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details ?? [];
    this.retryAfter = options.retryAfter;
    this.limit = options.limit;
  }
}

/** Whether a conversion failed permanently, so that a redelivery cannot help. */
export function isFailure(error: unknown): error is AppError & { code: FailureCode } {
  return error instanceof AppError && FAILURE_CODES.has(error.code);
}

/** Whether `error` is an AppError with this code. */
export function hasCode<C extends ErrorCode>(error: unknown, code: C): error is AppError & { code: C } {
  return error instanceof AppError && error.code === code;
}

/** Whether `error` is one of Node's own, with this `code` (`ENOENT`, `EADDRINUSE`, ...). */
export function isErrno(error: unknown, code: string): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && error.code === code;
}

/**
 * Handler for `catch` that answers undefined for Node's errors with one of `codes`, and throws all others again:
 * `await stat(path).catch(undefinedFor('ENOENT'))`.
 */
export function undefinedFor(...codes: readonly string[]): (error: unknown) => undefined {
  return (error) => {
    if (!codes.some((code) => isErrno(error, code))) throw error;
  };
}
