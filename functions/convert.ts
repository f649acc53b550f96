import { createFunction } from '../lib/function.ts';

/** Pub/Sub message to one conversion; registered as HTTP, see lib/events.ts. */
export const convert = createFunction('convert');
