import { createFunction } from '../lib/function.ts';

/** Called by Cloud Scheduler: what time alone makes wrong. */
export const sweep = createFunction('sweep');
