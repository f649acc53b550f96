import { createRoute, z } from '@hono/zod-openapi';
import type { Auth } from '../../accounts/sessions.ts';
import type { FileViews } from '../../conversions/file-views.ts';
import { AppError } from '../../runtime/errors.ts';
import { COVER_BYTES, coverTooLarge } from '../../tasks/cover-image.ts';
import type { Covers } from '../../tasks/covers.ts';
import { bearer, principalOf } from '../bearer-auth.ts';
import { validatorHeaders } from '../conditional-requests.ts';
import { createRouter, type Router, unsupportedMediaType, validated } from '../router.ts';
import { ID, OF } from '../schemas/parameters.ts';
import { json, problems, SECURITY } from '../schemas/responses.ts';
import { TASK, taskJson } from '../schemas/task.ts';
import { shownKind } from '../shown-pictures.ts';
import { CONDITIONS, NOT_MODIFIED, notModified, VALIDATORS, validatorsOf } from '../stored-file.ts';

export interface CoverRouteDependencies {
  auth: Auth;
  covers: Covers;
  fileViews: Pick<FileViews, 'find' | 'picture'>;
}

const IMAGE = { schema: z.string().openapi({ format: 'binary' }) };

const get = createRoute({
  method: 'get',
  path: '/api/tasks/{id}/cover',
  operationId: 'getCover',
  summary: 'The cover of the original or the result',
  description: 'The front cover that the file has, or its first picture. 404 if there is none.',
  security: SECURITY,
  request: { params: ID, query: z.object({ of: OF }), headers: CONDITIONS },
  responses: {
    200: {
      description: 'The picture.',
      headers: { ETag: VALIDATORS.ETag },
      content: { 'image/jpeg': IMAGE, 'image/png': IMAGE, 'image/webp': IMAGE, 'image/gif': IMAGE },
    },
    ...NOT_MODIFIED,
    ...problems(400, 401, 403, 404, 409, 410, 412, 503),
  },
});

/** The schema of the body is only documentation: the bytes decide the kind of the picture. */
const set = createRoute({
  method: 'put',
  path: '/api/tasks/{id}/cover',
  operationId: 'setCover',
  summary: 'Send a picture as the cover of the result',
  description: 'A task whose original is there is converted again, as its next revision.',
  security: SECURITY,
  request: {
    params: ID,
    body: {
      required: true,
      content: { 'image/jpeg': IMAGE, 'image/png': IMAGE, 'image/webp': IMAGE, 'image/gif': IMAGE },
    },
  },
  responses: {
    200: json(TASK, 'The task with its cover.'),
    ...problems(400, 401, 403, 404, 409, 410, 413, 415, 422),
  },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/tasks/{id}/cover',
  operationId: 'removeCover',
  summary: 'Take the sent cover back',
  description: 'A task whose original is there is converted again, with the cover of the original.',
  security: SECURITY,
  request: { params: ID },
  responses: { 200: json(TASK, 'The task without a cover.'), ...problems(400, 401, 403, 404, 409, 410) },
});

export function coverRoutes({ auth, covers, fileViews }: CoverRouteDependencies): Router {
  const router = createRouter();
  router.on(['GET', 'PUT', 'DELETE'], '/api/tasks/:id/cover', bearer(auth));
  router.openapi(get, async (c) => {
    const { of } = c.req.valid('query');
    const file = await fileViews.find(principalOf(c).userId, c.req.valid('param').id, of);
    const validators = { etag: `W/${(await validatorsOf(file)).etag.slice(0, -1)}-cover"` };
    const caching = { 'Cache-Control': 'private, no-cache' };
    const unchanged = notModified(c, validators, caching);
    if (unchanged) return unchanged;
    const picture = await fileViews.picture(file);
    const mimeType = shownKind(picture);
    if (mimeType === undefined)
      throw new AppError('not_found', 'The picture of this file is of a kind that browsers do not show.');
    return c.body(new Uint8Array(picture), 200, {
      ...caching,
      ...validatorHeaders(validators),
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'Content-Type': mimeType,
    });
  });
  router.openAPIRegistry.registerPath(set);
  router.put('/api/tasks/:id/cover', async (c) => {
    const { userId, email } = principalOf(c);
    mustBeImage(c.req.header('Content-Type') ?? '');
    if (Number(c.req.header('Content-Length') ?? 0) > COVER_BYTES) throw coverTooLarge();
    const { id } = validated(ID, c.req.param());
    const bytes = await readAll(c.req.raw.body);
    return c.json(taskJson(await covers.set(userId, id, bytes), email), 200);
  });
  router.openapi(remove, async (c) => {
    const { userId, email } = principalOf(c);
    return c.json(taskJson(await covers.remove(userId, c.req.valid('param').id), email), 200);
  });
  return router;
}

/** A form or JSON here is a mistake of the client; other types may be wrong names of a picture. */
function mustBeImage(type: string): void {
  if (type === '' || /^(image\/|application\/octet-stream\s*(;|$))/i.test(type)) return;
  throw unsupportedMediaType('image/jpeg, image/png, image/webp or image/gif', type);
}

async function readAll(body: ReadableStream<Uint8Array> | null): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body?.values({ preventCancel: true }) ?? []) {
      length += chunk.length;
      if (length > COVER_BYTES) throw coverTooLarge();
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('upload_incomplete', 'The request broke off before the end of the cover.', { cause });
  }
  return Buffer.concat(chunks);
}
