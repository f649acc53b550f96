import { Readable } from 'node:stream';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { create as contentDisposition } from 'content-disposition';
import type { Context } from 'hono';
import parseRange from 'range-parser';
import type { Auth } from '../auth.ts';
import { AppError } from '../errors.ts';
import { createRouter } from '../http.ts';
import type { ByteRange } from '../ports/storage.ts';
import type { TaskFile, Tasks } from '../tasks.ts';
import { type Authenticated, bearer } from './bearer.ts';
import { ID, problems } from './schemas.ts';

export interface DownloadRouteParts {
  auth: () => Promise<Auth>;
  tasks: () => Promise<Tasks>;
}

const PATHS = {
  '/api/tasks/{id}/original': { which: 'original', summary: 'The original' },
  '/api/tasks/{id}/result': { which: 'result', summary: 'The converted file' },
  '/api/download/{id}': { which: 'original', summary: 'The original, by its first-generation name' },
} as const;

const FILE = {
  description: 'The file; one range may be asked for.',
  content: { 'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) } },
};

const QUERY = z.object({
  redirect: z.enum(['true', 'false'], { error: 'expected true or false' }).default('true').openapi({
    description: 'false: answer the address as JSON, where there would be a redirection.',
  }),
});

const LINK = z.object({ url: z.url().openapi({ description: 'Good for 15 minutes, for whoever has it.' }) });

export function downloadRoutes({ auth, tasks }: DownloadRouteParts): OpenAPIHono<Authenticated> {
  const router = createRouter<Authenticated>();
  for (const [path, { which, summary }] of Object.entries(PATHS)) {
    const route = createRoute({
      method: 'get',
      path,
      summary,
      security: [{ bearer: [] }],
      middleware: bearer(auth),
      request: { params: ID, query: QUERY },
      responses: {
        200: { ...FILE, content: { ...FILE.content, 'application/json': { schema: LINK } } },
        206: FILE,
        302: { description: 'To the storage itself, in the cloud.' },
        ...problems(400, 401, 404, 409, 416),
      },
    });
    router.openapi(route, async (c) => {
      const { userId } = c.get('principal');
      const file = await (await tasks()).file(userId, c.req.valid('param').id, which);
      const url = await file.storage.link(file.key, file);
      if (url === undefined) return send(c, file);
      c.header('Cache-Control', 'private, no-store');
      return c.req.valid('query').redirect === 'true' ? c.redirect(url, 302) : c.json({ url }, 200);
    });
  }
  return router;
}

/** Streams a file, or the one range of it that is asked for (RFC 9110, 14.2); several ranges get the whole. */
async function send(c: Context, file: TaskFile): Promise<Response> {
  const range = rangeOf(c, file.size);
  const length = range ? range.end - range.start + 1 : file.size;
  const headers = {
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-store',
    'Content-Disposition': contentDisposition(file.name),
    'Content-Length': String(length),
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Content-Type': file.mimeType,
    ...(range && { 'Content-Range': `bytes ${range.start}-${range.end}/${file.size}` }),
  };
  const status = range ? 206 : 200;
  if (c.req.method === 'HEAD') return new Response(null, { status, headers });
  const stream = await file.storage.read(file.key, range);
  return new Response(Readable.toWeb(stream), { status, headers });
}

function rangeOf(c: Context, size: number): ByteRange | undefined {
  const header = c.req.header('Range');
  if (header === undefined) return undefined;
  const ranges = parseRange(size, header, { combine: true });
  if (ranges === -2) return undefined;
  if (ranges === -1) {
    c.header('Content-Range', `bytes */${size}`);
    throw new AppError('range_not_satisfiable', `The file has ${size} bytes; the range is outside.`);
  }
  const [first, ...others] = ranges;
  return first && ranges.type === 'bytes' && others.length === 0
    ? { start: first.start, end: first.end }
    : undefined;
}
