import { createFunction } from '../lib/app/functions-framework.ts';

/** The console, description, documentation and health. */
export const site = createFunction('site');
