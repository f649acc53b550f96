import { createFunction } from '../lib/app/functions-framework.ts';

/** Tasks, uploads, downloads and formats. */
export const tasks = createFunction('tasks');
