import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Conversions } from '../../conversions/conversion.ts';
import type { Reports } from '../../first-generation/worker-reports.ts';
import type { Sweep } from '../../housekeeping/sweep.ts';
import type { Housekeeping } from '../../ports/housekeeping.ts';
import type { ConversionMessage } from '../../ports/queue.ts';
import { AppError, hasCode } from '../../runtime/errors.ts';
import { decodeConversionMessage } from '../events/decode.ts';
import { createRouter } from '../router.ts';
import { ID, json, problems } from '../schemas.ts';
import { eventsOnly, type InternalCallers, workersOnly } from '../service-auth.ts';

const processed = createRoute({
  method: 'post',
  path: '/api/tasks/{id}/processed',
  summary: 'First-generation workers report here',
  description:
    'Needs the service credential, or in the cloud a token. The result next to the original is checked before it is believed.',
  security: [{ service: [] }],
  request: { params: ID },
  responses: { 200: json(z.object({ message: z.string() }), 'Taken over.'), ...problems(400, 401, 404, 409) },
});

/** Reports of workers that convert on their own. */
export function reportRoutes(callers: InternalCallers, reports: () => Promise<Reports>): OpenAPIHono {
  const router = createRouter();
  router.use('/api/tasks/:id/processed', workersOnly(callers));
  router.openapi(processed, async (c) => {
    await (await reports()).processed(c.req.valid('param').id);
    return c.json({ message: 'The result is taken over.' }, 200);
  });
  return router;
}

/** An event that enqueues for a task: 2xx acknowledges it, 429 and 5xx have it delivered again. */
export function convertRoutes(
  callers: InternalCallers,
  conversions: () => Promise<Conversions>,
): OpenAPIHono {
  return messageRoutes(callers, async (message, c) => {
    const outcome = await (await conversions()).handle(message);
    return c.body(null, outcome === 'done' ? 204 : 429);
  });
}

/** A message that was delivered too often. Its task has failed only where its own attempts are used up; the sweep enqueues for others. */
export function deadLetterRoutes(
  callers: InternalCallers,
  housekeeping: () => Promise<Housekeeping>,
): OpenAPIHono {
  return messageRoutes(callers, async (message, c) => {
    const failed = (await (await housekeeping()).giveUp(message.taskId)) > 0;
    callers.log.warn('A message was delivered too often', { ...message, failed });
    return c.body(null, 204);
  });
}

/** What is no message now is none at the next delivery either, so it is acknowledged; the answer says what is wrong. */
function messageRoutes(
  callers: InternalCallers,
  handle: (message: ConversionMessage, c: Context) => Promise<Response>,
): OpenAPIHono {
  const router = createRouter();
  router.post('*', eventsOnly(callers), async (c) => {
    const message = await messageOf(c.req.raw.headers, await c.req.text());
    if (message instanceof AppError) {
      callers.log.warn('An event came that is no message', { error: message });
      return c.json({ ignored: message.message }, 200);
    }
    return handle(message, c);
  });
  return router;
}

async function messageOf(headers: Headers, body: string): Promise<ConversionMessage | AppError> {
  try {
    return await decodeConversionMessage(headers, body);
  } catch (error) {
    if (hasCode(error, 'invalid_request')) return error;
    throw error;
  }
}

/** Called every minute; with `?strays=true`, now and then, also for objects that belong to nobody. */
export function sweepRoutes(callers: InternalCallers, sweep: () => Promise<Sweep>): OpenAPIHono {
  const router = createRouter();
  router.post('*', eventsOnly(callers), async (c) => {
    return c.json(await (await sweep()).run(c.req.query('strays') === 'true'), 200);
  });
  return router;
}
