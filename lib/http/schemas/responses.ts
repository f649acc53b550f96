import { z } from '@hono/zod-openapi';

/** An error (RFC 9457). */
export const PROBLEM = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z
      .string()
      .openapi({ description: 'Stable identifier of the error for programs.', example: 'not_found' }),
    detail: z.string(),
    error: z.string().openapi({ description: 'The same sentence, for first-generation clients.' }),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    'violated-policies': z
      .array(z.string())
      .optional()
      .openapi({ description: 'Names of the quotas that are used up.' }),
  })
  .openapi('Problem', { description: 'RFC 9457' });

/** An error status, as the document describes it once for all routes. */
interface DocumentedError {
  name: string;
  description: string;
  /** Headers of the answer, with their descriptions. */
  headers?: Readonly<Record<string, string>>;
}

const REPLAYED = {
  'Idempotent-Replayed': '`true` for the first answer to this `Idempotency-Key`, sent again.',
};

const RETRY_AFTER = { 'Retry-After': 'Seconds until the next try; absent if nobody knows.' };

const ERRORS: Readonly<Record<number, DocumentedError>> = {
  400: { name: 'BadRequest', description: 'The request is not valid; `errors` names the fields.' },
  401: {
    name: 'Unauthorized',
    description: 'The token is missing or not valid.',
    headers: { 'WWW-Authenticate': 'RFC 6750.' },
  },
  403: {
    name: 'Forbidden',
    description: 'The API key has not the scope, or the password is wrong.',
    headers: { 'WWW-Authenticate': 'RFC 6750; absent after a wrong password.' },
  },
  404: {
    name: 'NotFound',
    description: 'The resource does not exist, or it belongs to another user.',
    headers: REPLAYED,
  },
  408: { name: 'RequestTimeout', description: 'The request came too slowly.' },
  409: {
    name: 'Conflict',
    description:
      'The present state does not allow the request, or the first request with this `Idempotency-Key` still runs.',
    headers: RETRY_AFTER,
  },
  410: { name: 'Gone', description: 'The upload has ended, or the files were removed after their time.' },
  412: {
    name: 'PreconditionFailed',
    description: '`If-Match` or `If-Unmodified-Since` is not met: the file has changed.',
  },
  413: { name: 'ContentTooLarge', description: 'Too large.' },
  415: { name: 'UnsupportedMediaType', description: 'The content type is not supported.' },
  416: {
    name: 'RangeNotSatisfiable',
    description: 'The range is outside the file.',
    headers: { 'Content-Range': 'The size of the file: `bytes */4096`.' },
  },
  417: { name: 'ExpectationFailed', description: '`Expect` can only be `100-continue`.' },
  422: {
    name: 'UnprocessableContent',
    description:
      'The service cannot make the format, or cannot read the audio, or the `Idempotency-Key` came with another request.',
    headers: { ...REPLAYED, Location: 'Path of the task that failed, of `POST /api/convert`.' },
  },
  429: {
    name: 'TooManyRequests',
    description: 'A quota of the user or of the address is used up; `violated-policies` names it.',
    headers: {
      ...RETRY_AFTER,
      'RateLimit-Policy': 'The quota and its window: `"user";q=6000;w=60`.',
      RateLimit: 'What is left, and the seconds until the window ends: `"user";r=0;t=30`.',
    },
  },
  431: { name: 'RequestHeaderFieldsTooLarge', description: 'The headers of the request are too large.' },
  500: { name: 'InternalServerError', description: 'A fault of the service, which its log describes.' },
  503: {
    name: 'ServiceUnavailable',
    description: 'A dependency of the service does not answer, or there are too many requests.',
    headers: RETRY_AFTER,
  },
  507: {
    name: 'InsufficientStorage',
    description: 'The disk of the service is nearly full.',
    headers: RETRY_AFTER,
  },
};

/** Statuses that every request can have, whatever its route: the server may answer before the route does. */
const ANYWHERE = [400, 408, 413, 417, 429, 431, 500, 503];

/** Documents the error statuses of a route, in addition to those that every request can have. */
export function problems(...statuses: number[]): Record<string, { $ref: string }> {
  const all = new Set([...statuses, ...ANYWHERE]);
  return Object.fromEntries([...all].map((status) => [status, { $ref: reference(errorOf(status).name) }]));
}

/** The answers that `problems` refers to, by name. */
export function problemResponses() {
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  return Object.values(ERRORS).map(({ name, description, headers = {} }) => {
    const described = Object.entries(headers).map(([header, text]) => [header, textHeader(text)]);
    return [name, { description, headers: Object.fromEntries(described), content }] as const;
  });
}

const reference = (name: string) => `#/components/responses/${name}`;

function errorOf(status: number): DocumentedError {
  const error = ERRORS[status];
  if (!error) throw new TypeError(`The document describes no status ${status}.`);
  return error;
}

export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

/** JSON that a handler has as text. */
export const jsonText = <T extends z.ZodType>(schema: T, description: string) => {
  const content: Record<string, { schema: T }> = { [JSON_TYPE]: { schema } };
  return { description, content };
};

export const JSON_TYPE = 'application/json';

/** A JSON body with an example, which the tests send. */
export const body = <T extends z.ZodType>(schema: T, example: z.input<T>) => ({
  required: true,
  content: { 'application/json': { schema, example } },
});

/** Documentation of a response header that is text. */
export const textHeader = (description: string) => ({ description, schema: { type: 'string' as const } });

/** Header of an answer that is one page of several. */
export const LINK = {
  Link: textHeader('With `rel="next"`, the address of the next page; absent on the last.'),
};

/** Security requirement of a route for users. */
export const SECURITY = [{ bearer: [] }];

/** A schema or null: `nullable()` of a schema that has a name in the document loses the null there. */
export const orNull = <T extends z.ZodType>(schema: T) => z.union([schema, z.null()]);
