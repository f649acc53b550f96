import { AppError } from '../runtime/errors.ts';

/** Reasons why a request of the service to another server has no usable answer. */
export type OutboundReason =
  | 'scheme'
  | 'credentials'
  | 'port'
  | 'malformed'
  | 'private_address'
  | 'redirects'
  | 'compressed'
  | 'too_large'
  | 'name_unknown'
  | 'name_unresolved'
  | 'certificate'
  | 'connection'
  | 'connect_timeout'
  | 'idle_timeout'
  | 'total_timeout'
  | 'invalid_answer'
  | 'broken_off';

type Code = 'url_refused' | 'url_unreachable' | 'url_too_large';

/** Code of each reason, and whether another try may end otherwise. */
const REASONS: Readonly<Record<OutboundReason, { code: Code; transient: boolean }>> = {
  scheme: { code: 'url_refused', transient: false },
  credentials: { code: 'url_refused', transient: false },
  port: { code: 'url_refused', transient: false },
  malformed: { code: 'url_refused', transient: false },
  private_address: { code: 'url_refused', transient: false },
  redirects: { code: 'url_refused', transient: false },
  compressed: { code: 'url_refused', transient: false },
  too_large: { code: 'url_too_large', transient: false },
  name_unknown: { code: 'url_unreachable', transient: false },
  name_unresolved: { code: 'url_unreachable', transient: true },
  certificate: { code: 'url_unreachable', transient: false },
  connection: { code: 'url_unreachable', transient: true },
  connect_timeout: { code: 'url_unreachable', transient: true },
  idle_timeout: { code: 'url_unreachable', transient: true },
  total_timeout: { code: 'url_unreachable', transient: true },
  invalid_answer: { code: 'url_unreachable', transient: false },
  broken_off: { code: 'url_unreachable', transient: true },
};

/** Error of a request to another server. Its sentence tells neither addresses that a name resolved to nor bodies. */
export class OutboundError extends AppError {
  readonly reason: OutboundReason;
  /** Whether the same request may succeed later. */
  readonly transient: boolean;

  constructor(reason: OutboundReason, message: string, cause?: unknown) {
    super(REASONS[reason].code, message, { cause });
    this.name = 'OutboundError';
    this.reason = reason;
    this.transient = REASONS[reason].transient;
  }
}

/** Codes of OpenSSL and of Node for certificates that are not trusted, not valid or of another name. */
const CERTIFICATE = /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_CERT|INVALID_|HOSTNAME_MISMATCH)/;

/** Turns an error of Node's sockets, TLS or HTTP parser into one of this room. */
export function outboundErrorOf(error: unknown): OutboundError {
  if (error instanceof OutboundError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (CERTIFICATE.test(code))
    return new OutboundError('certificate', 'The certificate of the server is not valid.', error);
  if (/^(ERR_SSL|ERR_TLS|EPROTO)/.test(code))
    return new OutboundError('certificate', 'The server does not answer with valid TLS.', error);
  if (/^HPE_/.test(code))
    return new OutboundError('invalid_answer', 'The server does not answer with valid HTTP.', error);
  if (/^(ECONNRESET|EPIPE|ERR_STREAM_PREMATURE_CLOSE|ECONNABORTED)$/.test(code))
    return new OutboundError('broken_off', 'The connection to the server broke off.', error);
  return new OutboundError('connection', 'The server cannot be reached.', error);
}
