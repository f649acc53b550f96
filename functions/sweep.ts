import { createFunction } from '../lib/app/functions-framework.ts';

/** Called by Cloud Scheduler: repairs lost messages, dead leases and expired uploads. */
export const sweep = createFunction('sweep');
