import { createRoute, z } from '@hono/zod-openapi';
import { createRouter, type Router } from '../router.ts';
import { problems } from '../schemas/responses.ts';
import { type InternalCallers, workersOnly } from '../service-auth.ts';

/** Prometheus, "Exposition formats": the text format. */
const TEXT = 'text/plain; version=0.0.4; charset=utf-8';

const metrics = createRoute({
  method: 'get',
  path: '/metrics',
  operationId: 'readMetrics',
  summary: 'Metrics for Prometheus',
  description:
    'Needs the service credential or, in the cloud, a token. Servers also have them on a port of their own, `METRICS_PORT`.',
  security: [{ service: [] }],
  responses: {
    200: {
      description: 'Metrics of the process, or of all processes that share its port.',
      content: {
        'text/plain': {
          schema: z.string(),
          example: '# TYPE tonemill_tasks_running gauge\ntonemill_tasks_running 2\n',
        },
      },
    },
    ...problems(401),
  },
});

/** @param callers undefined: everyone who reaches the port */
export function metricsRoutes(text: () => Promise<string>, callers?: InternalCallers): Router {
  const router = createRouter();
  if (callers) router.use('/metrics', workersOnly(callers));
  router.openapi(metrics, async (c) =>
    c.text(await text(), 200, { 'Content-Type': TEXT, 'Cache-Control': 'no-store' }),
  );
  return router;
}
