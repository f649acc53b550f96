import { Readable } from 'node:stream';
import { createRoute, z } from '@hono/zod-openapi';
import { create as contentDisposition } from 'content-disposition';
import type { Context } from 'hono';
import type { Auth } from '../../accounts/sessions.ts';
import type { Log } from '../../runtime/log.ts';
import type { TaskFile, Tasks } from '../../tasks/tasks.ts';
import { bearer, bearerOrTicket, principalOf } from '../bearer-auth.ts';
import { requestedRange } from '../byte-range.ts';
import { rangeApplies, validatorHeaders } from '../conditional-requests.ts';
import { createRouter, type Router } from '../router.ts';
import { ID, RESULT_NUMBER, TICKET } from '../schemas/parameters.ts';
import { json, problems, SECURITY, textHeader } from '../schemas/responses.ts';
import { NAMED_RESULT, namedResultJson } from '../schemas/result.ts';
import { CONDITIONS, NOT_MODIFIED, notModified, VALIDATORS, validatorsOf } from '../stored-file.ts';
import { streamedBody } from '../streamed-body.ts';

export interface DownloadRouteDependencies {
  auth: Pick<Auth, 'authenticate' | 'admit'>;
  tasks: Pick<Tasks, 'file' | 'results'>;
  log: Log;
}

const PATHS = {
  '/api/tasks/{id}/original': { which: 'original', operationId: 'downloadOriginal', summary: 'The original' },
  '/api/tasks/{id}/result': { which: 'result', operationId: 'downloadResult', summary: 'The converted file' },
  '/api/download/{id}': {
    which: 'original',
    operationId: 'downloadFile',
    summary: 'The original, by its first-generation name',
  },
} as const;

const BINARY = { schema: z.string().openapi({ format: 'binary' }) };

const FILE = {
  description: 'The file. `Range` can request one range of it.',
  headers: {
    ...VALIDATORS,
    'Accept-Ranges': textHeader('bytes'),
    'Content-Disposition': textHeader('File name for saving.'),
  },
  content: { 'audio/*': BINARY, 'application/octet-stream': BINARY },
};

const QUERY = z.object({
  ticket: TICKET,
  redirect: z.enum(['true', 'false'], { error: 'expected true or false' }).default('true').openapi({
    description: 'false: the answer is the address as JSON instead of a redirection.',
  }),
});

const PART = {
  ...FILE,
  description: 'The requested range.',
  headers: {
    ...FILE.headers,
    'Content-Range': textHeader('For example `bytes 0-1023/4096`.'),
  },
};

/** Request headers of a download, apart from the token. */
const HEADERS = CONDITIONS.extend({
  range: z.string().optional().openapi({ description: 'One range of bytes.', example: 'bytes=0-1023' }),
  'if-range': z.string().optional().openapi({
    description:
      'Validator of a part that the client already has. If the file has changed, the answer is the whole file.',
  }),
});

const LINK = z
  .object({ url: z.url().openapi({ description: 'Valid for 15 minutes, without a token.' }) })
  .openapi('DownloadLink');

const FILE_RESPONSES = {
  200: { ...FILE, content: { ...FILE.content, 'application/json': { schema: LINK } } },
  206: PART,
  ...NOT_MODIFIED,
  302: {
    description: 'In the cloud: redirection to the object storage.',
    headers: { Location: textHeader('The address, valid for 15 minutes.') },
  },
  ...problems(400, 401, 403, 404, 409, 410, 412, 416),
};

const LIST = {
  method: 'get',
  path: '/api/tasks/{id}/results',
  operationId: 'listResults',
  summary: 'All results of a task',
  security: SECURITY,
  request: { params: ID },
  responses: {
    200: json(z.array(NAMED_RESULT), 'In the order of the outputs.'),
    ...problems(400, 401, 403, 404, 409, 410),
  },
} as const;

const NUMBERED = {
  method: 'get',
  path: '/api/tasks/{id}/results/{number}',
  operationId: 'downloadNumberedResult',
  summary: 'One of several results',
  description: 'Result 1 is also `/api/tasks/{id}/result`.',
  security: SECURITY,
  request: { params: RESULT_NUMBER, query: QUERY, headers: HEADERS },
  responses: FILE_RESPONSES,
} as const;

export function downloadRoutes({ auth, tasks, log }: DownloadRouteDependencies): Router {
  const router = createRouter();
  for (const [path, { which, operationId, summary }] of Object.entries(PATHS)) {
    const route = createRoute({
      ...{ method: 'get', path, operationId, summary, security: SECURITY },
      middleware: bearerOrTicket(auth),
      request: { params: ID, query: QUERY, headers: HEADERS },
      responses: FILE_RESPONSES,
    });
    router.openapi(route, async (c) => {
      const file = await tasks.file(principalOf(c).userId, c.req.valid('param').id, which);
      return answer(c, file, c.req.valid('query').redirect);
    });
  }
  const list = createRoute({ ...LIST, middleware: bearer(auth) });
  router.openapi(list, async (c) => {
    const made = await tasks.results(principalOf(c).userId, c.req.valid('param').id);
    return c.json(made.map(namedResultJson), 200);
  });
  const numbered = createRoute({ ...NUMBERED, middleware: bearerOrTicket(auth) });
  router.openapi(numbered, async (c) => {
    const { id, number } = c.req.valid('param');
    const file = await tasks.file(principalOf(c).userId, id, number);
    return answer(c, file, c.req.valid('query').redirect);
  });
  return router;

  async function answer(c: Context, file: TaskFile, redirect: 'true' | 'false') {
    // A redirection has no validators; the storage itself evaluates ranges and conditions.
    const url = await file.storage.signedUrl(file.key, file);
    if (url === undefined) return send(c, log, file);
    c.header('Cache-Control', 'private, no-store');
    return redirect === 'true' ? c.redirect(url, 302) : c.json({ url }, 200);
  }
}

/** Streams a file, or one requested range of it (RFC 9110, 14.2). HEAD does not open the file. */
async function send(c: Context, log: Log, file: TaskFile): Promise<Response> {
  const { size, ...validators } = await validatorsOf(file);
  const caching = { 'Cache-Control': 'private, no-store' };
  const unchanged = notModified(c, validators, caching);
  if (unchanged) return unchanged;
  const range = rangeApplies(c, validators) ? requestedRange(c, size) : undefined;
  const headers = new Headers({
    ...caching,
    ...validatorHeaders(validators),
    'Accept-Ranges': 'bytes',
    'Content-Disposition': contentDisposition(file.name),
    'Content-Length': String(range ? range.end - range.start + 1 : size),
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Content-Type': file.mimeType,
    ...(range && { 'Content-Range': `bytes ${range.start}-${range.end}/${size}` }),
  });
  const status = range ? 206 : 200;
  if (c.req.method === 'HEAD') return new Response(null, { status, headers });
  // The file is opened in the last step: an error after it would leave the file open.
  const stream = await file.storage.read(file.key, range);
  return new Response(streamedBody(c, log, Readable.toWeb(stream)), { status, headers });
}
