import { Readable } from 'node:stream';
import { createRoute, z } from '@hono/zod-openapi';
import { create as contentDisposition } from 'content-disposition';
import type { Context } from 'hono';
import type { Auth } from '../../accounts/sessions.ts';
import type { TaskFile, Tasks } from '../../tasks/tasks.ts';
import { bearer, principalOf } from '../bearer-auth.ts';
import { requestedRange } from '../byte-range.ts';
import { rangeApplies, validatorHeaders } from '../conditional-requests.ts';
import { createRouter, type Router } from '../router.ts';
import { ID, problems } from '../schemas.ts';
import {
  CONDITIONS,
  NOT_MODIFIED,
  notModified,
  textHeader,
  VALIDATORS,
  validatorsOf,
} from '../stored-file.ts';

export interface DownloadRouteDependencies {
  auth: Auth;
  tasks: Tasks;
}

const PATHS = {
  '/api/tasks/{id}/original': { which: 'original', summary: 'The original' },
  '/api/tasks/{id}/result': { which: 'result', summary: 'The converted file' },
  '/api/download/{id}': { which: 'original', summary: 'The original, by its first-generation name' },
} as const;

const FILE = {
  description: 'The file; one range may be asked for.',
  headers: {
    ...VALIDATORS,
    'Accept-Ranges': textHeader('bytes'),
    'Content-Disposition': textHeader('The name to save it under.'),
  },
  content: { 'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) } },
};

const QUERY = z.object({
  redirect: z.enum(['true', 'false'], { error: 'expected true or false' }).default('true').openapi({
    description: 'false: answer the address as JSON, where there would be a redirection.',
  }),
});

const PART = {
  ...FILE,
  description: 'The range that was asked for.',
  headers: {
    ...FILE.headers,
    'Content-Range': textHeader('Such as `bytes 0-1023/4096`.'),
  },
};

/** What a request for a file may say besides its token. */
const HEADERS = CONDITIONS.extend({
  range: z.string().optional().openapi({ description: 'One range of bytes.', example: 'bytes=0-1023' }),
  'if-range': z.string().optional().openapi({
    description: 'The validator of a part that is there already: all of another file comes.',
  }),
});

const LINK = z.object({ url: z.url().openapi({ description: 'Good for 15 minutes, for whoever has it.' }) });

export function downloadRoutes({ auth, tasks }: DownloadRouteDependencies): Router {
  const router = createRouter();
  for (const [path, { which, summary }] of Object.entries(PATHS)) {
    const route = createRoute({
      method: 'get',
      path,
      summary,
      security: [{ bearer: [] }],
      middleware: bearer(auth),
      request: { params: ID, query: QUERY, headers: HEADERS },
      responses: {
        200: { ...FILE, content: { ...FILE.content, 'application/json': { schema: LINK } } },
        206: PART,
        ...NOT_MODIFIED,
        302: { description: 'To the storage itself, in the cloud.' },
        ...problems(400, 401, 404, 409, 412, 416),
      },
    });
    router.openapi(route, async (c) => {
      const { userId } = principalOf(c);
      const file = await tasks.file(userId, c.req.valid('param').id, which);
      // A redirection has no validators; the storage itself evaluates ranges and conditions.
      const url = await file.storage.signedUrl(file.key, file);
      if (url === undefined) return send(c, file);
      c.header('Cache-Control', 'private, no-store');
      return c.req.valid('query').redirect === 'true' ? c.redirect(url, 302) : c.json({ url }, 200);
    });
  }
  return router;
}

/** Streams a file, or the one range of it that is asked for (RFC 9110, 14.2); for HEAD nothing is opened. */
async function send(c: Context, file: TaskFile): Promise<Response> {
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
  // The last step: an error after it would leave the file open.
  const stream = await file.storage.read(file.key, range);
  return new Response(Readable.toWeb(stream), { status, headers });
}
