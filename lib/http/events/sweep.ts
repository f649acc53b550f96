import type { Sweep } from '../../housekeeping/sweep.ts';
import type { Router } from '../router.ts';
import type { InternalCallers } from '../service-auth.ts';
import { eventRoute } from './event-route.ts';

/** Cloud Scheduler calls this every minute; a call with `?strays=true` also looks for objects without a task. */
export function sweepRoute(callers: InternalCallers, sweep: Pick<Sweep, 'run'>): Router {
  return eventRoute(callers, wantsStrays, async (strays, c) => c.json(await sweep.run(strays), 200));
}

function wantsStrays(_headers: Headers, _body: string, query: URLSearchParams): boolean {
  return query.get('strays') === 'true';
}
