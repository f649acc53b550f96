import type { AppError, ErrorCode } from '../runtime/errors.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

/** HTTP status of each error code; there is no other such table. */
export const STATUS: Record<
  ErrorCode,
  400 | 401 | 403 | 404 | 405 | 408 | 409 | 410 | 412 | 413 | 415 | 416 | 422 | 429 | 500 | 503 | 507
> = {
  invalid_request: 400,
  unauthenticated: 401,
  insufficient_scope: 403,
  wrong_password: 403,
  suspended: 403,
  sign_up_refused: 403,
  not_found: 404,
  method_not_allowed: 405,
  taken: 409,
  not_ready: 409,
  not_uploaded: 409,
  files_removed: 410,
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
  idempotency_key_in_use: 409,
  idempotency_key_reused: 422,
  rate_limited: 429,
  quota_exceeded: 429,
  insufficient_storage: 507,
  invalid_backup: 422,
  not_empty: 409,
  not_audio: 422,
  no_audio: 422,
  damaged: 422,
  unsupported_codec: 422,
  invalid_image: 422,
  no_such_track: 422,
  nothing_left: 422,
  cannot_join: 422,
  cannot_split: 422,
  cannot_copy: 422,
  already_lossy: 422,
  too_long: 422,
  result_too_large: 422,
  timed_out: 422,
  stalled: 422,
  resource_limit: 422,
  gave_up: 422,
  url_refused: 422,
  url_unreachable: 422,
  url_too_large: 422,
  misconfigured: 500,
  unavailable: 503,
  interrupted: 503,
  internal: 500,
};

type Status = (typeof STATUS)[ErrorCode] | 408 | 417 | 431;

/** Type of a quota that is used up, of draft-ietf-httpapi-ratelimit-headers. */
const QUOTA_EXCEEDED = 'https://iana.org/assignments/http-problem-types#quota-exceeded';

/** Problem details (RFC 9457), with the `error` that first-generation clients read. */
export function problemOf<S extends Status = (typeof STATUS)[ErrorCode]>(error: AppError, as?: S) {
  const status = as ?? STATUS[error.code];
  const title = TITLES[status];
  const body = JSON.stringify({
    type: error.limit ? QUOTA_EXCEEDED : 'about:blank',
    title,
    status,
    code: error.code,
    detail: error.message,
    error: error.message,
    ...(error.limit && { 'violated-policies': [error.limit.policy] }),
    ...(error.details.length > 0 && { errors: error.details }),
  });
  return {
    status,
    title,
    body,
    headers: { 'Content-Type': 'application/problem+json', ...SECURITY_HEADERS },
  };
}

const TITLES: Record<Status, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
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
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  507: 'Insufficient Storage',
};
