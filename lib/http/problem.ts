import type { AppError, ErrorCode } from '../runtime/errors.ts';

/** HTTP status of each error code; there is no other such table. */
const STATUS: Record<
  ErrorCode,
  400 | 401 | 404 | 405 | 408 | 409 | 410 | 412 | 413 | 415 | 416 | 422 | 500 | 503
> = {
  invalid_request: 400,
  unauthenticated: 401,
  not_found: 404,
  method_not_allowed: 405,
  taken: 409,
  not_ready: 409,
  not_uploaded: 409,
  upload_incomplete: 400,
  upload_gap: 503,
  upload_gone: 410,
  upload_conflict: 409,
  checksum_mismatch: 400,
  size_mismatch: 400,
  too_large: 413,
  request_timeout: 408,
  unsupported_media_type: 415,
  unsupported_format: 422,
  range_not_satisfiable: 416,
  precondition_failed: 412,
  not_audio: 422,
  no_audio: 422,
  damaged: 422,
  unsupported_codec: 422,
  nothing_left: 422,
  too_long: 422,
  result_too_large: 422,
  timed_out: 422,
  stalled: 422,
  resource_limit: 422,
  gave_up: 422,
  misconfigured: 500,
  unavailable: 503,
  interrupted: 503,
  internal: 500,
};

type Status = (typeof STATUS)[ErrorCode] | 408 | 417 | 431;

/** Problem details (RFC 9457), with the `error` that first-generation clients read. */
export function problemOf<S extends Status = (typeof STATUS)[ErrorCode]>(error: AppError, as?: S) {
  const status = as ?? STATUS[error.code];
  const title = TITLES[status];
  const body = JSON.stringify({
    type: 'about:blank',
    title,
    status,
    code: error.code,
    detail: error.message,
    error: error.message,
    ...(error.details.length > 0 && { errors: error.details }),
  });
  return { status, title, body, headers: { 'Content-Type': 'application/problem+json' } };
}

const TITLES: Record<Status, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable',
  417: 'Expectation Failed',
  422: 'Unprocessable Content',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};
