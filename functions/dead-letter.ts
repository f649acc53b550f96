import { createFunction } from '../lib/app/functions-framework.ts';

/** Handles messages that were delivered too often: a second check, besides the attempts counted in the row. */
export const deadLetter = createFunction('dead-letter');
