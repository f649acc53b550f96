import { createRoute, z } from '@hono/zod-openapi';
import type { Reports } from '../../first-generation/worker-reports.ts';
import { createRouter, type Router } from '../router.ts';
import { ID } from '../schemas/parameters.ts';
import { json, problems } from '../schemas/responses.ts';
import { type InternalCallers, workersOnly } from '../service-auth.ts';

const processed = createRoute({
  method: 'post',
  path: '/api/tasks/{id}/processed',
  operationId: 'reportResult',
  summary: 'Report of a first-generation worker',
  description:
    'Needs the service credential or, in the cloud, a token. The service checks the result next to the original before it accepts the report.',
  security: [{ service: [] }],
  request: { params: ID },
  responses: {
    200: json(z.object({ message: z.string() }), 'The result is taken over.'),
    ...problems(400, 401, 404, 409),
  },
});

/** Route for reports of first-generation workers, which write results themselves. */
export function reportRoutes(callers: InternalCallers, reports: Reports): Router {
  const router = createRouter();
  router.use('/api/tasks/:id/processed', workersOnly(callers));
  router.openapi(processed, async (c) => {
    await reports.processed(c.req.valid('param').id);
    return c.json({ message: 'The result is taken over.' }, 200);
  });
  return router;
}
