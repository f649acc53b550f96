import { createFunction } from '../lib/app/functions-framework.ts';

/** Description, documentation and health. */
export const site = createFunction('site');
