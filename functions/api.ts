import { createFunction } from '../lib/app/functions-framework.ts';

/** Every route for people and programs in one function: auth, tasks and site together. */
export const api = createFunction('api');
