import { OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Context, Env, MiddlewareHandler, Next } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { routePath } from 'hono/route';
import { AppError, type ErrorCode, type FieldProblem } from './errors.ts';
import { type Log, withFields } from './log.ts';
import { traceFields } from './trace.ts';

/** Bytes of a JSON body; the largest that a route needs is a few hundred. */
export const JSON_BYTES = 64 * 1024;

/** The one place where codes become statuses. */
const STATUS: Record<ErrorCode, 400 | 401 | 404 | 405 | 409 | 410 | 413 | 415 | 416 | 422 | 500 | 503> = {
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
  size_mismatch: 400,
  too_large: 413,
  unsupported_media_type: 415,
  unsupported_format: 422,
  range_not_satisfiable: 416,
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

/** Statuses whose error is ours: the caller gets no detail, the log gets all. */
const OURS: ReadonlySet<ErrorCode> = new Set(['misconfigured', 'internal']);

/** Routes that validate by their schemas; invalid input becomes one `invalid_request`. */
export function createRouter<E extends Env = Env>(): OpenAPIHono<E> {
  return new OpenAPIHono<E>({
    defaultHook: (result) => {
      if (!result.success) throw invalid(result.error.issues);
    },
  });
}

/**
 * The outermost router: every error that the inner ones throw becomes problem+json here, and every request one line of
 * the log. Of its address only the route is written, since the rest may hold a token or a credential.
 * @param project Google Cloud's project, in which traces are
 */
export function createHttp(log: Log, project?: string): OpenAPIHono {
  const http = createRouter();
  http.use((c, next) => withFields(traceFields(c.req.raw.headers, project), () => observed(log, c, next)));
  http.notFound((c) => respond(c, noRoute(http, c)));
  http.onError((error, c) => {
    const known = toAppError(error);
    if (known?.code === 'unavailable') log.warn('What a request needs does not answer', { error });
    if (known && !OURS.has(known.code)) return respond(c, known);
    log.error('A request failed', { error, method: c.req.method, route: routeOf(c) });
    return respond(c, new AppError('internal', 'Something went wrong on our side. Try again later.'));
  });
  return http;
}

async function observed(log: Log, c: Context, next: Next): Promise<void> {
  const began = performance.now();
  await next();
  c.res.headers.set('X-Content-Type-Options', 'nosniff');
  const { status } = c.res;
  const { method } = c.req;
  const seconds = (performance.now() - began) / 1000;
  const taskId = Number(c.req.param('id') ?? Number.NaN);
  const route = routeOf(c);
  const httpRequest = { requestMethod: method, status, latency: `${seconds.toFixed(6)}s` };
  const fields = { httpRequest, route, ...(Number.isInteger(taskId) && { taskId }), seconds };
  log[status < 500 ? 'info' : 'error'](`${method} ${route} ${status}`, fields);
}

/** The pattern that the last handler was found by. */
function routeOf(c: Context): string {
  return routePath(c, -1);
}

/** What a schema makes of input that no route's own schema has seen. Throws `invalid_request`. */
export function validated<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw invalid(parsed.error.issues);
  return parsed.data;
}

/**
 * Refuses JSON that is too large, and what is not declared as JSON.
 * @param expected what a refusal names, where a route takes something else as well
 */
export function jsonBody(expected = 'application/json'): MiddlewareHandler[] {
  const declared: MiddlewareHandler = async (c, next) => {
    const type = c.req.header('Content-Type') ?? '';
    if (!/^application\/json\s*(;|$)/i.test(type)) throw unsupportedMediaType(expected, type);
    await next();
  };
  const limited = bodyLimit({
    maxSize: JSON_BYTES,
    onError: () => {
      throw new AppError('too_large', `The JSON body is larger than ${JSON_BYTES} bytes.`);
    },
  });
  return [declared, limited];
}

export function unsupportedMediaType(expected: string, came: string): AppError {
  const what = came === '' ? 'nothing' : JSON.stringify(came.slice(0, 60));
  return new AppError('unsupported_media_type', `The content type must be ${expected}, and was ${what}.`);
}

/** RFC 9457, with the `error` that first-generation clients read. */
function respond(c: Context, error: AppError): Response {
  const status = STATUS[error.code];
  if (error.code === 'unauthenticated') c.header('WWW-Authenticate', 'Bearer realm="tonemill"');
  if (status === 413) c.header('Connection', 'close');
  const problem = {
    type: 'about:blank',
    title: TITLES[status],
    status,
    code: error.code,
    detail: error.message,
  };
  const body = {
    ...problem,
    error: error.message,
    ...(error.details.length > 0 && { errors: error.details }),
  };
  return c.body(JSON.stringify(body), status, { 'Content-Type': 'application/problem+json' });
}

const TITLES: Record<(typeof STATUS)[ErrorCode], string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  410: 'Gone',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable',
  422: 'Unprocessable Content',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

function toAppError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error;
  if (error instanceof HTTPException && error.status < 500) {
    return new AppError('invalid_request', 'The body is not valid JSON.', { cause: error });
  }
  return undefined;
}

function invalid(issues: readonly { path: PropertyKey[]; message: string }[]): AppError {
  const details: FieldProblem[] = issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  const sentence = details.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ');
  return new AppError('invalid_request', `The request is not valid. ${sentence}.`, { details });
}

/** 405 with `Allow` where another method would do (RFC 9110, 15.5.6), else 404. */
function noRoute(http: OpenAPIHono, c: Context): AppError {
  const methods = new Set<string>();
  for (const { method, path } of http.routes) {
    if (method !== 'ALL' && pattern(path).test(c.req.path)) methods.add(method);
  }
  if (methods.size === 0)
    return new AppError('not_found', 'There is nothing here. GET /openapi.json lists the routes.');
  if (methods.has('GET')) methods.add('HEAD');
  const allow = [...methods].sort().join(', ');
  c.header('Allow', allow);
  return new AppError('method_not_allowed', `${c.req.method} is not possible here. Allowed: ${allow}.`);
}

/** hono's `:name` and `:name{regex}` parts stand for one part of a path each. */
function pattern(path: string): RegExp {
  const parts = path.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : RegExp.escape(part)));
  return new RegExp(`^${parts.join('/')}$`);
}
