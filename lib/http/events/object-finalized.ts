import type { OpenAPIHono } from '@hono/zod-openapi';
import { AppError, hasCode } from '../../runtime/errors.ts';
import type { Log } from '../../runtime/log.ts';
import type { FinalizedObject, Placement } from '../../uploads/object-finalized.ts';
import { createRouter } from '../router.ts';
import { eventsOnly, type InternalCallers } from '../service-auth.ts';
import { decodeFinalizedObject } from './decode.ts';

export interface UploadedRouteDependencies {
  callers: InternalCallers;
  uploaded: () => Promise<(object: FinalizedObject) => Promise<Placement>>;
  log: Log;
}

/**
 * A bucket tells of an object. 2xx acknowledges, 5xx has the event delivered again; what is not understood now is not
 * understood at the next delivery either, so it is acknowledged, and the answer says what is wrong.
 */
export function uploadedRoutes({ callers, uploaded, log }: UploadedRouteDependencies): OpenAPIHono {
  const router = createRouter();
  router.post('*', eventsOnly(callers), async (c) => {
    const object = await finalizedObjectOf(c.req.raw.headers, await c.req.text());
    if (object instanceof AppError) {
      log.warn('An event came that tells of no object', { error: object });
      return c.json({ ignored: object.message }, 200);
    }
    if (!object) return c.body(null, 204);
    return c.json({ placement: await (await uploaded())(object) }, 200);
  });
  return router;
}

async function finalizedObjectOf(
  headers: Headers,
  body: string,
): Promise<FinalizedObject | AppError | undefined> {
  try {
    return await decodeFinalizedObject(headers, body);
  } catch (error) {
    if (hasCode(error, 'invalid_request')) return error;
    throw error;
  }
}
