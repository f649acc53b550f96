import { createRoute, z } from '@hono/zod-openapi';
import type { Auth } from '../../accounts/sessions.ts';
import { bearer, principalOf } from '../bearer-auth.ts';
import { serviceUrl } from '../own-address.ts';
import { createRouter, jsonBody, type Router } from '../router.ts';
import { body, json, problems, SECURITY } from '../schemas/responses.ts';

/** Files that a ticket may be for: originals, results and ZIP files of results. */
const FILE =
  '^/api/(?:tasks/[1-9][0-9]{0,9}/(?:original|result|results/[1-9][0-9]{0,3}|results\\.zip)|batches/[1-9][0-9]{0,9}/results\\.zip|tasks/results\\.zip\\?ids=[0-9,]{1,12000})$';

const EXPECTED =
  'expected the path of an original, a result or a ZIP file of results, such as /api/tasks/7/result';

const REQUEST = z
  .strictObject({
    path: z.string(EXPECTED).regex(new RegExp(FILE), EXPECTED).openapi({
      pattern: FILE,
      description: 'The path of the file with the query `ids`, as for a request with a token.',
    }),
  })
  .openapi('NewTicket');

const TICKET = z
  .object({
    url: z.url().openapi({ description: 'A secret: who has it can read the file.' }),
    expiresAt: z.iso.datetime(),
  })
  .openapi('Ticket');

const route = createRoute({
  method: 'post',
  path: '/api/tickets',
  operationId: 'createTicket',
  summary: 'An address of one file that needs no token',
  description:
    'For players and downloads of a browser, which send no headers. `GET` and `HEAD` with `Range` work for 15 minutes, until the session of the caller is ended.',
  security: SECURITY,
  request: { body: body(REQUEST, { path: '/api/tasks/7/result' }) },
  responses: { 200: json(TICKET, 'The address.'), ...problems(400, 401, 403, 413, 415) },
});

export function ticketRoutes({ auth }: { auth: Pick<Auth, 'authenticate' | 'issueTicket'> }): Router {
  const router = createRouter();
  router.post('/api/tickets', bearer(auth, 'tasks:read'), ...jsonBody());
  router.openapi(route, async (c) => {
    const { path } = c.req.valid('json');
    const { ticket, expiresAt } = await auth.issueTicket(principalOf(c), path);
    const url = `${serviceUrl(c)}${path}${path.includes('?') ? '&' : '?'}ticket=${ticket}`;
    c.header('Cache-Control', 'no-store');
    return c.json({ url, expiresAt: expiresAt.toISOString() }, 200);
  });
  return router;
}
