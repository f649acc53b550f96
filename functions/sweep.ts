import { createFunction } from '../lib/app/functions-framework.ts';

/** Called by Cloud Scheduler: what time alone makes wrong. */
export const sweep = createFunction('sweep');
