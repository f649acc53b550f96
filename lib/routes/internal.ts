import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Conversions } from '../conversion.ts';
import { decodeBell } from '../events.ts';
import { createRouter } from '../http.ts';
import type { Reports } from '../reports.ts';
import { internalOnly } from '../service-credential.ts';
import type { Sweep } from '../sweep.ts';
import { ID, json, problems } from './schemas.ts';

type Credential = () => Promise<string>;

const processed = createRoute({
  method: 'post',
  path: '/api/tasks/{id}/processed',
  summary: 'First-generation workers report here',
  description:
    'Needs the service credential. The result beside the original is checked before it is believed.',
  security: [{ service: [] }],
  request: { params: ID },
  responses: { 200: json(z.object({ message: z.string() }), 'Taken over.'), ...problems(400, 401, 404, 409) },
});

/** Reports of workers that convert on their own. */
export function reportRoutes(credential: Credential, reports: () => Promise<Reports>): OpenAPIHono {
  const router = createRouter();
  router.use('/api/tasks/:id/processed', internalOnly(credential));
  router.openapi(processed, async (c) => {
    await (await reports()).processed(c.req.valid('param').id);
    return c.json({ message: 'The result is taken over.' }, 200);
  });
  return router;
}

/** An event that rings for a task: 204 acknowledges it, 429 and 5xx have it delivered again. */
export function convertRoutes(credential: Credential, conversions: () => Promise<Conversions>): OpenAPIHono {
  const router = createRouter();
  router.post('*', internalOnly(credential), async (c) => {
    const bell = decodeBell(c.req.raw.headers, await c.req.text());
    const outcome = await (await conversions()).handle(bell);
    return c.body(null, outcome === 'done' ? 204 : 429);
  });
  return router;
}

/** Called every minute; with `?strays=true`, now and then, also for objects that belong to nobody. */
export function sweepRoutes(credential: Credential, sweep: () => Promise<Sweep>): OpenAPIHono {
  const router = createRouter();
  router.post('*', internalOnly(credential), async (c) => {
    return c.json(await (await sweep()).run(c.req.query('strays') === 'true'), 200);
  });
  return router;
}
