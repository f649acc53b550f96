import { createFunction } from '../lib/app/functions-framework.ts';

/** Messages that were delivered too often: a second check after the attempts counted in the row. */
export const deadLetter = createFunction('dead-letter');
