import { createFunction } from '../lib/function.ts';

/** Description, documentation and health. */
export const site = createFunction('site');
