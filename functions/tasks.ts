import { createFunction } from '../lib/function.ts';

/** Tasks, uploads, downloads and formats. */
export const tasks = createFunction('tasks');
