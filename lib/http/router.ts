import { OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler, Next } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { routePath } from 'hono/route';
import { observations } from '../ports/observations.ts';
import { createClientAddress } from '../runtime/client-address.ts';
import { AppError, type ErrorCode, isErrno } from '../runtime/errors.ts';
import { parseJson } from '../runtime/json-text.ts';
import { type Log, type LogFields, withFields } from '../runtime/log.ts';
import { currentTraceparent } from '../runtime/traceparent.ts';
import { type ActiveSpan, traced } from '../runtime/tracing.ts';
import { idOf } from '../runtime/whole-number.ts';
import type { RouterEnv } from './bearer-auth.ts';
import { incomingOf, isClientGone } from './connection.ts';
import { type CorsOrigins, crossOrigin } from './cors.ts';
import { invalid } from './invalid-input.ts';
import { noRoute } from './no-route.ts';
import { problemOf } from './problem.ts';
import { rateLimitFields } from './rate-limit-fields.ts';
import { ReceivedRequest } from './received-request.ts';
import { secure } from './security-headers.ts';
import { traceFields } from './trace-context.ts';
import { cancelUnsentBody } from './unsent-body.ts';

/** Maximum bytes of a JSON body, unless its route needs more; most bodies have a few hundred bytes. */
const JSON_BYTES = 64 * 1024;

/** Codes of server errors: the caller gets no detail, the log gets all details. */
const OURS: ReadonlySet<ErrorCode> = new Set(['misconfigured', 'internal']);

/** Codes with a 5xx status that a caller can cause at will; they are not logged as errors. */
const THEIRS: ReadonlySet<ErrorCode> = new Set(['upload_gap', 'interrupted']);

/** Status in the log after the client closed the connection (as in nginx), whatever the error is. */
export const CLIENT_CLOSED = 499;

/** Routes of the service; all routers have one type, so that any router can be joined to any other. */
export type Router = OpenAPIHono<RouterEnv>;

/** A router that validates by the schemas of its routes; invalid input becomes one `invalid_request`. */
export function createRouter(): Router {
  return new OpenAPIHono<RouterEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalid(result.error.issues);
    },
  });
}

/**
 * The outermost router. It turns every error of the inner routers into problem+json, and writes one line of the log
 * for each request. The log contains only the route, since the rest of the address may contain a token or a
 * credential.
 * @param project Google Cloud project of the traces
 * @param clientAddress finds the client from the peer of the connection and X-Forwarded-For
 * @param corsOrigins origins whose pages may call the routes
 * @param addressLimit of requests to the API from one address
 */
export function createHttp(
  log: Log,
  project?: string,
  clientAddress = createClientAddress(0),
  corsOrigins: CorsOrigins = [],
  addressLimit?: (address: string | undefined) => Promise<void>,
): Router {
  const http = createRouter();
  http.use((c, next) => {
    const peer = incomingOf(c)?.socket.remoteAddress;
    c.set('remoteIp', clientAddress(peer, c.req.header('X-Forwarded-For')));
    const parent = c.req.raw.headers.get('traceparent');
    return traced('request', { kind: 'server', parent }, (span) =>
      withFields(traceFields(c.req.raw.headers, currentTraceparent(), project), () =>
        observed(log, c, next, span),
      ),
    );
  });
  if (corsOrigins.length > 0) http.use(crossOrigin(corsOrigins));
  http.use(errorsOnly);
  http.use(cancelUnsentBody);
  if (addressLimit) http.use('/api/*', limited(addressLimit));
  http.notFound((c) => respond(c, noRoute(http, c)));
  http.onError((error, c) => {
    const failure = failureOf(c);
    const known = failure ?? toAppError(error);
    if (!failure && isClientGone(c)) return clientClosed(log, error, known, c);
    if (known?.code === 'unavailable' && (known.retryAfter === undefined || known.cause !== undefined))
      log.warn('A dependency of a request does not answer', { error });
    if (known && !OURS.has(known.code)) return respond(c, known);
    const userId = userIdOf(c);
    log.error('A request failed', { error, method: c.req.method, route: routeOf(c), userId });
    return respond(c, new AppError('internal', 'Something went wrong on our side. Try again later.'));
  });
  return http;
}

/** Uploads are limited by their number and their bytes, and callers of internal routes by their credential. */
const UNLIMITED = /^\/api\/uploads\/|^\/api\/tasks\/\d+\/processed$/;

function limited(addressLimit: (address: string | undefined) => Promise<void>): MiddlewareHandler<RouterEnv> {
  return async (c, next) => {
    if (!UNLIMITED.test(c.req.path)) await addressLimit(c.get('remoteIp'));
    await next();
  };
}

async function observed(log: Log, c: Context<RouterEnv>, next: Next, span: ActiveSpan): Promise<void> {
  const began = performance.now();
  await next();
  secure(c);
  const { status } = c.res;
  const { method } = c.req;
  const seconds = (performance.now() - began) / 1000;
  const route = routeOf(c);
  const remoteIp = c.get('remoteIp');
  const userId = userIdOf(c);
  observations.requests.publish({ method, route, status, seconds });
  describeRequest(c, span);
  const httpRequest = { requestMethod: method, status, latency: `${seconds.toFixed(6)}s`, remoteIp };
  const fields: LogFields = { httpRequest, route, taskId: taskIdOf(c, route), userId, seconds };
  log[levelOf(c)](`${method} ${route} ${status}`, fields);
}

function describeRequest(c: Context, span: ActiveSpan): void {
  const { method } = c.req;
  const { status } = c.res;
  const route = routeOf(c);
  span.rename(`${method} ${route}`);
  span.set({ 'http.request.method': method, 'http.route': route, 'http.response.status_code': status });
  if (status >= 500) span.fail(c.error instanceof AppError ? c.error.code : 'internal');
}

/** Id in the path of a task or its upload; batches, presets and keys have ids of their own. */
function taskIdOf(c: Context, route: string): number | undefined {
  return /^\/api\/(?:tasks|uploads|download)\//.test(route) ? idOf(c.req.param('id')) : undefined;
}

/** A 5xx is no failure of the service if the request causes it, or if the answer says when to retry. */
function levelOf({ res, error }: Context): 'info' | 'warn' | 'error' {
  if (res.status < 500 || (error instanceof AppError && THEIRS.has(error.code))) return 'info';
  return res.headers.has('Retry-After') ? 'warn' : 'error';
}

/** hono passes on only instances of Error, but the signal of a request is aborted with a text. */
const errorsOnly: MiddlewareHandler = async (_c, next) => {
  try {
    await next();
  } catch (thrown) {
    throw thrown instanceof Error ? thrown : new DOMException(String(thrown), 'AbortError');
  }
};

/** The client does not read the answer. The log still gets an error that the closed connection does not explain. */
function clientClosed(log: Log, error: Error, known: AppError | undefined, c: Context): Response {
  const isExplained = known ? !OURS.has(known.code) : isOfConnection(error);
  if (!isExplained) log.warn('A request failed after its client had gone', { error, route: routeOf(c) });
  return new Response(null, { status: CLIENT_CLOSED });
}

/** Codes and names of errors by which Node.js and the adapter report a closed connection. */
const CLOSED: ReadonlySet<unknown> = new Set([
  'ECONNRESET',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ABORT_ERR',
  'AbortError',
]);

function isOfConnection(error: Error): boolean {
  if (CLOSED.has(error.name) || ('code' in error && CLOSED.has(error.code))) return true;
  return error.message === 'Client connection prematurely closed.';
}

/** User that `bearer` found; undefined on routes without it. */
function userIdOf(c: Context<RouterEnv>): number | undefined {
  return c.get('principal')?.userId;
}

/** Path pattern of the last handler that matched. */
function routeOf(c: Context): string {
  return routePath(c, -1);
}

/** Parses input that no schema of the route has checked. Throws `invalid_request`. */
export function validated<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw invalid(parsed.error.issues);
  return parsed.data;
}

/**
 * Refuses a body that is not declared as JSON, and JSON that is too large, invalid or impossible to store.
 * @param expected content types in the error message of a route that accepts another one as well
 * @param maxSize bytes
 */
export function jsonBody(expected = 'application/json', maxSize = JSON_BYTES): MiddlewareHandler[] {
  const declared: MiddlewareHandler = async (c, next) => {
    const type = c.req.header('Content-Type') ?? '';
    if (!/^application\/json\s*(;|$)/i.test(type)) throw unsupportedMediaType(expected, type);
    // The size is checked before the first read of the body, which makes the server send 100 Continue.
    if (Number(c.req.header('Content-Length') ?? 0) > maxSize) throw jsonTooLarge(maxSize);
    await next();
  };
  const limited = bodyLimit({
    maxSize,
    onError: () => {
      throw jsonTooLarge(maxSize);
    },
  });
  return [declared, limited, parsed];
}

/** The request keeps the bytes, so that a handler can parse them again. */
const parsed: MiddlewareHandler = async (c, next) => {
  parseJson(utf8(await c.req.arrayBuffer()), 'body');
  await next();
};

/**
 * JSON is UTF-8 (RFC 8259, 8.1). Other bytes would all become U+FFFD, and so passwords that differ would be the same.
 * Throws `invalid_request`.
 */
function utf8(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError('invalid_request', 'The body is not valid UTF-8.', { cause });
  }
}

function jsonTooLarge(maxSize: number): AppError {
  return new AppError('too_large', `The JSON body is larger than ${maxSize} bytes.`);
}

export function unsupportedMediaType(expected: string, came: string): AppError {
  const what = came === '' ? 'nothing' : JSON.stringify(came.slice(0, 60));
  return new AppError('unsupported_media_type', `The content type must be ${expected}, and was ${what}.`);
}

/** RFC 6750, 3. */
const CHALLENGE = 'Bearer realm="tonemill"';

function respond(c: Context, error: AppError): Response {
  const { status, body, headers } = problemOf(error);
  if (error.limit) observations.limits.publish({ policy: error.limit.policy });
  if (error.code === 'unauthenticated') c.header('WWW-Authenticate', CHALLENGE);
  if (error.code === 'insufficient_scope')
    c.header('WWW-Authenticate', `${CHALLENGE}, error="insufficient_scope"`);
  if (error.retryAfter !== undefined) c.header('Retry-After', String(error.retryAfter));
  for (const [name, value] of rateLimitFields(error)) c.header(name, value);
  if (failureOf(c)) c.header('Connection', 'close');
  return c.body(body, status, headers);
}

/** Reason why the server ended the body of a request; errors of the handler are then only consequences. */
function failureOf({ env }: Context): AppError | undefined {
  const incoming: unknown = env?.incoming;
  return incoming instanceof ReceivedRequest ? incoming.failure : undefined;
}

/** Node.js' codes for a full disk, a read-only file system and file descriptors that are used up. */
const EXHAUSTED = ['ENOSPC', 'EDQUOT', 'EROFS', 'EMFILE', 'ENFILE'];

function toAppError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error;
  if (EXHAUSTED.some((code) => isErrno(error, code)))
    return new AppError('unavailable', 'The service has no room to work at this moment. Try again later.', {
      cause: error,
    });
  if (error instanceof HTTPException && error.status < 500) {
    return new AppError('invalid_request', 'The body is not valid JSON.', { cause: error });
  }
  return undefined;
}
