import { createRoute, z } from '@hono/zod-openapi';
import { create as contentDisposition } from 'content-disposition';
import type { Context } from 'hono';
import type { Auth } from '../../accounts/sessions.ts';
import { AppError } from '../../runtime/errors.ts';
import type { Log } from '../../runtime/log.ts';
import { idOf } from '../../runtime/whole-number.ts';
import { portableName } from '../../tasks/archive-names.ts';
import type { Batches } from '../../tasks/batches.ts';
import type { ResultArchive, ResultArchives } from '../../tasks/result-archive.ts';
import { bearerOrTicket, principalOf } from '../bearer-auth.ts';
import { createRouter, type Router } from '../router.ts';
import { BATCH_ID, ID, TICKET } from '../schemas/parameters.ts';
import { problems, SECURITY, textHeader } from '../schemas/responses.ts';
import { streamedBody } from '../streamed-body.ts';

export interface ArchiveRouteDependencies {
  auth: Auth;
  batches: Pick<Batches, 'get'>;
  archives: ResultArchives;
  /** Whether answers have a Content-Length. */
  declaresLength: boolean;
  log: Log;
}

/** Maximum number of ids: they fit into the 16 KiB that a request's head may have. */
const MOST_IDS = 1000;

const ARCHIVE = {
  description:
    'A ZIP file, stored without compression. Equal names get a number. Tasks that are not PROCESSED are left out, and listed in the entry `missing.txt`. If a result vanishes meanwhile, the connection breaks.',
  headers: { 'Content-Disposition': textHeader('File name for saving.') },
  content: { 'application/zip': { schema: z.string().openapi({ format: 'binary' }) } },
};

const EXPECTED = `expected at most ${MOST_IDS} task ids, separated by commas, such as 7,8,9`;

const IDS = z.object({
  ticket: TICKET,
  ids: z.string(EXPECTED).openapi({
    description: `Ids of at most ${MOST_IDS} tasks, separated by commas.`,
    pattern: '^[1-9][0-9]*(,[1-9][0-9]*)*$',
    example: '7,8,9',
  }),
});

const ofBatch = createRoute({
  method: 'get',
  path: '/api/batches/{id}/results.zip',
  operationId: 'downloadBatchResults',
  summary: 'All results of a batch in one file',
  security: SECURITY,
  request: { params: BATCH_ID, query: z.object({ ticket: TICKET }) },
  responses: { 200: ARCHIVE, ...problems(400, 401, 403, 404, 409) },
});

const ofTask = createRoute({
  method: 'get',
  path: '/api/tasks/{id}/results.zip',
  operationId: 'downloadTaskResults',
  summary: 'All results of a task in one file',
  security: SECURITY,
  request: { params: ID, query: z.object({ ticket: TICKET }) },
  responses: { 200: ARCHIVE, ...problems(400, 401, 403, 404, 409) },
});

const ofTasks = createRoute({
  method: 'get',
  path: '/api/tasks/results.zip',
  operationId: 'downloadResults',
  summary: 'The results of some tasks in one file',
  security: SECURITY,
  request: { query: IDS },
  responses: { 200: ARCHIVE, ...problems(400, 401, 403, 404, 409) },
});

export function archiveRoutes(parts: ArchiveRouteDependencies): Router {
  const { auth, batches, archives, declaresLength, log } = parts;
  const router = createRouter();
  router.get('/api/batches/:id/results.zip', bearerOrTicket(auth));
  router.get('/api/tasks/results.zip', bearerOrTicket(auth));
  router.get('/api/tasks/:id/results.zip', bearerOrTicket(auth));

  router.openapi(ofBatch, async (c) => {
    const { userId } = principalOf(c);
    const { id } = c.req.valid('param');
    const { name } = await batches.get({ id, userId });
    return send(c, `${name ?? `batch-${id}`}.zip`, await archives.ofBatch(userId, id));
  });
  router.openapi(ofTask, async (c) => {
    const { id } = c.req.valid('param');
    return send(c, `task-${id}.zip`, await archives.ofTasks(principalOf(c).userId, [id]));
  });
  router.openapi(ofTasks, async (c) => {
    const ids = taskIds(c.req.valid('query').ids);
    const archive = await archives.ofTasks(principalOf(c).userId, ids);
    return send(c, 'results.zip', archive);
  });
  // Other methods are not those of a task.
  router.all('/api/tasks/results.zip', (c) => c.notFound());
  return router;

  /** HEAD opens no result. */
  function send(c: Context, name: string, archive: ResultArchive): Response {
    const headers = {
      'Cache-Control': 'private, no-store',
      'Content-Disposition': contentDisposition(portableName(name)),
      'Content-Type': 'application/zip',
      ...(declaresLength && { 'Content-Length': String(archive.size) }),
    };
    const body = c.req.method === 'HEAD' ? null : streamedBody(c, log, archive.read());
    return new Response(body, { headers });
  }
}

/** Throws `invalid_request`. */
function taskIds(text: string): number[] {
  const parts = text.split(',');
  const ids = parts.map((part) => idOf(part));
  const wrong = parts.find((_, index) => ids[index] === undefined);
  if (wrong === undefined && ids.length <= MOST_IDS) return ids.flatMap((id) => id ?? []);
  const came =
    wrong === undefined ? `and there are ${ids.length}` : `and ${JSON.stringify(wrong.slice(0, 20))} is none`;
  const details = [{ path: 'ids', message: `${EXPECTED}, ${came}` }];
  throw new AppError('invalid_request', `The request is not valid. ids: ${EXPECTED}, ${came}.`, { details });
}
