import type { Router } from '../router.ts';
import type { InternalCallers } from '../service-auth.ts';
import { eventRoute } from './event-route.ts';

/** Sends the deliveries that are due. Pub/Sub calls this with a message for each request after which some are. */
export function dueDeliveriesRoute(callers: InternalCallers, send: () => Promise<unknown>): Router {
  const handle = async () => {
    await send();
    return new Response(null, { status: 204 });
  };
  return eventRoute(callers, () => undefined, handle, '/deliveries');
}
